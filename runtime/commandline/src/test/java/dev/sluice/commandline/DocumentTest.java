package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is written about the command line elsewhere is what the code says. */
class DocumentTest {
    private static final Path ROOT = StartScript.SOURCE.getParent();

    /** The table of docs/command-line.md; a failure shows the lines to put there. */
    @Test
    void theManualHasTheTableOfOptions() throws Exception {
        List<String> expected = new ArrayList<>();
        for (Option option : Option.values()) {
            String state = switch (option.state().maturity()) {
                case DONE -> "";
                case IMPOSSIBLE -> " **Not possible on a JVM: " + option.state().why() + ".**";
            };
            String argument = option.argument().map(name -> "`" + name.replace("|", "\\|") + "`").orElse("");
            expected.add("| `" + String.join("` `", option.names()) + "` | " + argument + " | " + option.help() + state + " |");
        }
        List<String> written = Files.readAllLines(ROOT.resolve("docs/command-line.md")).stream()
                .filter(line -> line.startsWith("| `-")).toList();
        assertEquals(String.join("\n", expected), String.join("\n", written));
    }

    @Test
    void theDistributionHasEveryPluginAndFilter() throws Exception {
        String pom = Files.readString(ROOT.resolve("runtime/distribution/pom.xml"));
        Set<String> missing = new TreeSet<>();
        for (String kind : new String[] {"plugin", "filter"}) {
            try (Stream<Path> directories = Files.list(ROOT.resolve(kind + "-bundles"))) {
                directories.filter(directory -> Files.exists(directory.resolve("src/main")))
                        .map(directory -> "dev.sluice." + kind + "." + directory.getFileName())
                        .filter(artifact -> !pom.contains("<artifactId>" + artifact + "</artifactId>"))
                        .forEach(missing::add);
            }
        }
        assertEquals(Set.of(), missing);
    }
}
