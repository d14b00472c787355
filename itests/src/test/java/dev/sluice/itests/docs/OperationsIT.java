package dev.sluice.itests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.runtime.ExportState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/operations.md knows every property, every state and every log name, and no others. */
class OperationsIT {
    private static final String CORE = "core-bundle/src/main/java/dev/sluice/core";
    private static final String DOCUMENT = "docs/operations.md";

    private static Set<String> all(String text, String pattern) {
        Set<String> found = new TreeSet<>();
        Matcher m = Pattern.compile(pattern, Pattern.MULTILINE).matcher(text);
        while (m.find()) {
            found.add(m.group(1));
        }
        return found;
    }

    /** The first column of the table in a section. */
    private static Set<String> rows(String heading) throws IOException {
        String text = Checkout.text(DOCUMENT);
        int from = text.indexOf(heading);
        int to = text.indexOf("\n#", from + 1);
        return all(text.substring(from, to < 0 ? text.length() : to), "^\\| `([^`]+)`");
    }

    private static Set<String> properties(String component) throws IOException {
        Set<String> found = all(Checkout.text(CORE + "/osgi/" + component + ".java"),
                "\\b(?:c|config)\\.(?:string|strings|bool|integer|size|delay|choice)\\(\"([^\"]+)\"");
        found.addAll(all(Checkout.text(CORE + "/osgi/" + component + ".java"), "properties\\.get\\(\"(name)\"\\)"));
        return found;
    }

    @Test
    void thePropertiesOfTheCoreAreThose() throws IOException {
        assertEquals(properties("CoreComponent"), rows("### `dev.sluice.core`"));
    }

    @Test
    void thePropertiesOfAnExportAreThose() throws IOException {
        assertEquals(properties("ExportComponent"), rows("### `dev.sluice.export`"));
    }

    @Test
    void thePropertiesOfAListenerAreThose() throws IOException {
        Set<String> found = properties("ListenerComponent");
        found.addAll(properties("ListenerTls"));
        assertEquals(found, rows("### `dev.sluice.listener`"));
    }

    @Test
    void theStatesOfAnExportAreThose() throws IOException {
        assertEquals(Arrays.stream(ExportState.values()).map(Enum::name).collect(Collectors.toCollection(TreeSet::new)),
                rows("## States of an export"));
    }

    @Test
    void theNamesOfTheLogsAreThose() throws IOException {
        Set<String> used = new TreeSet<>();
        for (String directory : new String[] {"core-bundle", "plugin-bundles", "filter-bundles"}) {
            try (Stream<Path> files = Files.walk(Checkout.root().resolve(directory))) {
                for (Path f : files.filter(p -> p.toString().contains("src/main") && p.toString().endsWith(".java")).toList()) {
                    used.addAll(all(Files.readString(f), "System\\.getLogger\\(\"([^\"]+)\"\\)"));
                }
            }
        }
        String text = Checkout.text(DOCUMENT);
        assertEquals(used, all(text.substring(text.indexOf("## Logs"), text.indexOf("## States")), "`(dev\\.sluice\\.[a-z.-]+)`"));
    }
}
