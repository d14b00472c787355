package dev.sluice.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads Prometheus' text format 0.0.4 and OpenMetrics 1.0 as their specifications have them, and is strict: what is not
 * allowed there fails the test. Shares no code with what writes it.
 */
public final class Exposition {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(.*)\\})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");

    /** By name and labels, those in the order of their names. */
    public final Map<String, Double> samples = new LinkedHashMap<>();
    /** Families and their types. */
    public final Map<String, String> types = new LinkedHashMap<>();
    private final boolean open;

    /** Reads a whole text. */
    public Exposition(String text, boolean open) {
        this.open = open;
        assertTrue(text.endsWith("\n"), "the last line has no end");
        List<String> lines = new ArrayList<>(List.of(text.split("\n")));
        if (open) {
            assertEquals("# EOF", lines.remove(lines.size() - 1));
        }
        Set<String> done = new HashSet<>();
        String family = "";
        for (String line : lines) {
            if (line.startsWith("# HELP ") || line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", 4);
                if (!words[2].equals(family)) {
                    assertTrue(done.add(words[2]), "family " + words[2] + " stands in two places");
                    family = words[2];
                }
                if (words[1].equals("TYPE")) {
                    assertFalse(types.containsKey(family), "two types of " + family);
                    assertTrue(Set.of("counter", "gauge", "histogram").contains(words[3]), words[3]);
                    types.put(family, words[3]);
                }
            } else {
                sample(line, family);
            }
        }
        checkHistograms();
    }

    private void sample(String line, String family) {
        Matcher m = SAMPLE.matcher(line);
        assertTrue(m.matches(), "no sample: " + line);
        String name = m.group(1);
        String suffix = name.startsWith(family) ? name.substring(family.length()) : "?";
        String type = types.getOrDefault(family, "?");
        Set<String> allowed = switch (type) {
            case "histogram" -> Set.of("_bucket", "_sum", "_count");
            case "counter" -> Set.of(open ? "_total" : "");
            default -> Set.of("");
        };
        assertTrue(allowed.contains(suffix), line + " in family " + family + " of type " + type);
        if (type.equals("counter") && !open) {
            assertTrue(name.endsWith("_total"), name);
        }
        TreeMap<String, String> labels = new TreeMap<>();
        String rest = m.group(3) == null ? "" : m.group(3);
        while (!rest.isEmpty()) {
            Matcher l = LABEL.matcher(rest);
            assertTrue(l.lookingAt(), "no label: " + rest);
            assertEquals(null, labels.put(l.group(1), l.group(2).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\")), line);
            rest = rest.substring(l.end());
        }
        assertEquals(null, samples.put(name + labels, Double.parseDouble(m.group(4))), "twice: " + line);
    }

    private void checkHistograms() {
        types.forEach((family, type) -> {
            if (!type.equals("histogram")) {
                return;
            }
            Map<String, Double> before = new TreeMap<>();
            Map<String, Double> infinite = new TreeMap<>();
            samples.forEach((key, value) -> {
                if (key.startsWith(family + "_bucket")) {
                    String series = key.replaceAll("le=[^,}]*(, )?", "");
                    assertTrue(value >= before.getOrDefault(series, 0.0), "falling: " + key);
                    before.put(series, value);
                    if (key.contains("le=+Inf")) {
                        infinite.put(series.replace("_bucket", "_count").replace(", }", "}"), value);
                    }
                }
            });
            infinite.forEach((count, value) -> assertEquals(value, samples.get(count), count));
            assertEquals(before.size(), infinite.size(), family + " without +Inf");
        });
    }

    /** The value of a sample, such as {@code name{a=b, c=d}}. */
    public double value(String key) {
        Double value = samples.get(key);
        assertTrue(value != null, () -> "there is no " + key + " in " + samples.keySet());
        return value;
    }
}
