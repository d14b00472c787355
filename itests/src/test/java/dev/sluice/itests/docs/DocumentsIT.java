package dev.sluice.itests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say of the plugins and filters, and of each other, is so. */
class DocumentsIT {
    private static final Pattern ROW = Pattern.compile("^\\| \\[([^]]+)]\\(([^)]+)\\) \\| (.+) \\|$", Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("^@(?:Plugin|Filter)Name\\(\"([^\"]+)\"\\)$", Pattern.MULTILINE);
    private static final Pattern HELP = Pattern.compile("^@Help\\(\"([^\"]+)\"\\)$", Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern KEY = Pattern.compile("(?<![\\w-])([a-z][a-z0-9-]*)=");
    private static final Pattern COMMAND = Pattern.compile("^(?: {4})?(?:\\./)?sluice ((?:[^\n\\\\]|\\\\\n|\\\\.)*)$", Pattern.MULTILINE);

    /** By directory name, from the sources: name of the kind and its sentence. */
    private static Map<String, List<String>> declared(String below) throws IOException {
        Map<String, List<String>> kinds = new TreeMap<>();
        for (String directory : Checkout.bundles(below)) {
            try (Stream<Path> sources = Files.walk(Checkout.root().resolve(below).resolve(directory).resolve("src/main"))) {
                for (Path source : sources.filter(p -> p.toString().endsWith(".java")).toList()) {
                    String text = Files.readString(source);
                    Matcher name = NAME.matcher(text);
                    if (name.find()) {
                        Matcher help = HELP.matcher(text);
                        assertTrue(help.find(), source + " has no @Help in one line");
                        kinds.put(directory, List.of(name.group(1), help.group(1)));
                    }
                }
            }
            assertTrue(kinds.containsKey(directory), below + "/" + directory + " has no class with a name of a kind");
        }
        return kinds;
    }

    private static String section(String text, String title) {
        int from = text.indexOf("\n## " + title + "\n");
        assertTrue(from >= 0, "README.md has no section " + title);
        int to = text.indexOf("\n## ", from + 1);
        return to < 0 ? text.substring(from) : text.substring(from, to);
    }

    private static void compareTable(String title, String below) throws IOException {
        List<String> wanted = new ArrayList<>();
        declared(below).forEach((directory, kind) ->
                wanted.add("[" + kind.get(0) + "](" + below + "/" + directory + "/README.md) " + kind.get(1)));
        List<String> found = new ArrayList<>();
        Matcher row = ROW.matcher(section(Checkout.text("README.md"), title));
        while (row.find()) {
            found.add("[" + row.group(1) + "](" + row.group(2) + ") " + row.group(3));
        }
        assertEquals(String.join("\n", wanted), String.join("\n", found));
    }

    @Test
    void theTableOfPluginsHasEachOneWithItsOwnSentence() throws IOException {
        compareTable("Plugins", "plugin-bundles");
    }

    @Test
    void theTableOfFiltersHasEachOneWithItsOwnSentence() throws IOException {
        compareTable("Filters", "filter-bundles");
    }

    @Test
    void everyBundleIsInADirectoryOfItsNameAndSoIsItsReadme() throws IOException {
        for (String below : List.of("plugin-bundles", "filter-bundles")) {
            for (Map.Entry<String, List<String>> kind : declared(below).entrySet()) {
                assertEquals(kind.getKey(), kind.getValue().get(0));
                String readme = Checkout.text(below + "/" + kind.getKey() + "/README.md");
                assertTrue(readme.startsWith("# " + kind.getKey() + "\n"), kind.getKey() + ": the title is not the name");
                String call = below.startsWith("plugin") ? "sluice " + kind.getKey() : "--filter=" + kind.getKey();
                assertTrue(readme.contains(call), kind.getKey() + ": the synopsis lacks '" + call + "'");
            }
        }
    }

    @Test
    void everyModuleOfABundleIsBuiltWithItsParent() throws IOException {
        for (String below : List.of("plugin-bundles", "filter-bundles")) {
            String pom = Checkout.text(below + "/pom.xml");
            for (String directory : Checkout.bundles(below)) {
                assertTrue(pom.contains("<module>" + directory + "</module>"), below + "/pom.xml lacks the module " + directory);
            }
        }
    }

    @Test
    void everyLinkInsideTheProjectLeadsToAFile() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : Checkout.documents()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                String target = link.group(1).replaceFirst("#.*", "");
                if (!target.isEmpty() && !target.contains(":") && !Files.exists(document.resolveSibling(target))) {
                    broken.add(Checkout.root().relativize(document) + " -> " + target);
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    @Test
    void everyKeyInACommandOfADocumentIsDeclaredBySomeKind() throws IOException {
        Set<String> keys = new HashSet<>();
        for (String below : List.of("plugin-bundles", "filter-bundles")) {
            for (String directory : Checkout.bundles(below)) {
                Matcher m = Pattern.compile("`([a-z][a-z0-9-]*)=`").matcher(
                        section(Checkout.text(below + "/" + directory + "/README.md"), "Parameters"));
                m.results().forEach(r -> keys.add(r.group(1)));
            }
        }
        assertFalse(keys.isEmpty());
        List<String> unknown = new ArrayList<>();
        for (Path document : Checkout.documents()) {
            String text = Files.readString(document);
            Matcher own = Pattern.compile("name = \"([a-z0-9-]+)\"|`([a-z][a-z0-9-]*)=`").matcher(text);
            Set<String> here = new HashSet<>(keys);
            own.results().forEach(r -> here.add(r.group(1) != null ? r.group(1) : r.group(2)));
            Matcher command = COMMAND.matcher(text);
            while (command.find()) {
                // what --run passes to other programs is theirs
                String words = command.group(1).replaceAll("(?s)--run .*|'[^']*'|--[a-z-]+=", " ");
                Matcher key = KEY.matcher(words);
                while (key.find()) {
                    if (!here.contains(key.group(1))) {
                        unknown.add(Checkout.root().relativize(document) + ": " + key.group(1) + "= in: sluice " + command.group(1));
                    }
                }
            }
        }
        assertEquals(List.of(), unknown);
    }
}
