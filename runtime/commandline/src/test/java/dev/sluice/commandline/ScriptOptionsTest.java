package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The start script reads the command line too, to know whether it may go into the background. */
class ScriptOptionsTest {
    private static final Set<Option> FOREGROUND = EnumSet.of(Option.FOREGROUND, Option.RUN, Option.SINGLE, Option.HELP, Option.VERSION,
            Option.DUMP_CONFIG, Option.DUMP_MAN, Option.DUMP_PLUGIN, Option.LONG_OPTIONS, Option.SHORT_OPTIONS, Option.EXIT_WITH_PARENT);
    private static final int LINES = 1000;

    private static String part;
    @TempDir
    private Path directory;

    @BeforeAll
    static void readScript() throws Exception {
        String script = Files.readString(StartScript.SOURCE);
        part = script.substring(script.indexOf("# begin options"), script.indexOf("# end options"));
    }

    @Test
    void itsListsAreThoseOfTheTable() {
        Set<String> lettersWithArgument = new TreeSet<>();
        Set<String> wordsWithArgument = new TreeSet<>();
        Set<String> foregroundLetters = new TreeSet<>();
        Set<String> foregroundWords = new TreeSet<>();
        for (Option option : Option.values()) {
            if (option.argument().isPresent()) {
                option.letters().forEach(letter -> lettersWithArgument.add(letter.toString()));
                wordsWithArgument.addAll(option.words());
            }
            if (FOREGROUND.contains(option)) {
                option.letters().forEach(letter -> foregroundLetters.add(letter.toString()));
                foregroundWords.addAll(option.words());
            }
        }
        assertEquals(lettersWithArgument, new TreeSet<>(List.of(list("letters_with_argument").split(""))));
        assertEquals(wordsWithArgument, new TreeSet<>(List.of(list("words_with_argument").split("\\s+"))));
        assertEquals(foregroundLetters, new TreeSet<>(List.of(list("foreground_letters").split(""))));
        assertEquals(foregroundWords, new TreeSet<>(List.of(list("foreground_words").split("\\s+"))));
    }

    @Test
    void itJudgesEveryLineAsTheParserDoes() throws Exception {
        Random random = new Random(42);
        List<List<String>> lines = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        while (lines.size() < LINES) {
            List<String> line = line(random);
            try {
                boolean foreground = OptionParser.parse(line).options().stream().anyMatch(given -> FOREGROUND.contains(given.option()));
                expected.add(foreground + " " + line);
                lines.add(line);
            } catch (UsageException e) {
                // refused in the foreground as well as in the background
                continue;
            }
        }
        StringBuilder script = new StringBuilder(part);
        for (List<String> line : lines) {
            script.append("\nif stays_in_foreground");
            line.forEach(word -> script.append(" '").append(word).append('\''));
            script.append("; then echo true; else echo false; fi");
        }
        List<String> judged = run(script.toString());
        for (int i = 0; i < judged.size(); i++) {
            judged.set(i, judged.get(i) + " " + lines.get(i));
        }
        assertEquals(expected, judged);
    }

    /** Words that look like options, arguments and words, in any order. */
    private static List<String> line(Random random) {
        List<String> line = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            Option option = Option.values()[random.nextInt(Option.values().length)];
            String name = option.names().get(random.nextInt(option.names().size()));
            boolean isLong = name.startsWith("--");
            switch (random.nextInt(6)) {
                case 0 -> line.add(List.of("memory", "a=b", "-", "--", "=x").get(random.nextInt(5)));
                case 1 -> line.add(isLong ? name.substring(0, 3 + random.nextInt(name.length() - 2)) : name + "rv");
                case 2 -> line.add(isLong ? name + "=-f" : "-r" + name.substring(1));
                default -> line.add(name);
            }
        }
        return line;
    }

    private static String list(String name) {
        Matcher matcher = Pattern.compile("^" + name + "='?([^'\n]+(?:\n[^'\n]+)?)'?$", Pattern.MULTILINE).matcher(part);
        assertTrue(matcher.find(), name);
        String value = matcher.group(1);
        // a value without quotes ends with its line
        return part.contains(name + "='") ? value : value.lines().findFirst().orElseThrow();
    }

    private List<String> run(String script) throws Exception {
        Path file = Files.writeString(directory.resolve("script"), script);
        Process process = new ProcessBuilder("/bin/sh", file.toString()).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        return new ArrayList<>(printed.lines().toList());
    }
}
