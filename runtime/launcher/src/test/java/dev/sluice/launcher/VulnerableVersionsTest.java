package dev.sluice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whoever ships one more library of somebody else has to look up its advisories. */
class VulnerableVersionsTest {
    private static final Pattern DEPENDENCY = Pattern.compile("<dependency>.*?<groupId>([^<]+)</groupId>\\s*"
            + "<artifactId>([^<]+)</artifactId>(.*?)</dependency>", Pattern.DOTALL);

    private static Set<String> shipped(String pom) throws IOException {
        Set<String> found = new TreeSet<>();
        Matcher m = DEPENDENCY.matcher(Files.readString(Path.of("..", pom, "pom.xml")));
        while (m.find()) {
            if (!m.group(1).equals("dev.sluice") && !m.group(3).contains("<scope>")) {
                found.add(m.group(1) + ":" + m.group(2));
            }
        }
        return found;
    }

    @Test
    void everyLibraryThatIsShippedHasAnEntry() throws IOException {
        Set<String> shipped = shipped("distribution");
        shipped.addAll(shipped("client"));
        assertTrue(shipped.contains("net.java.dev.jna:jna") && shipped.contains("org.jline:jline"), shipped.toString());
        String rules = Files.readString(Path.of("..", "distribution", "src", "vulnerable-versions.xml"));
        assertEquals(Set.of(), shipped.stream().filter(s -> !rules.contains("<exclude>" + s + ":(,"))
                .collect(Collectors.toCollection(TreeSet::new)));
    }
}
