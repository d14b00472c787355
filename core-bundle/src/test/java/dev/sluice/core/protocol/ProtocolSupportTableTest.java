package dev.sluice.core.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/protocol-support.md names tests: they must be there. */
class ProtocolSupportTableTest {
    private static final String TABLE = "docs/protocol-support.md";
    private static final Path ROOT = root();
    private static final Pattern TEST = Pattern.compile("`(\\w+Test|\\w+IT)\\.(\\w+)`");

    @Test
    void everyTestThatTheTableNamesExists() throws IOException {
        Map<String, String> sources = sources();
        String table = Files.readString(ROOT.resolve(TABLE));
        List<String> missing = TEST.matcher(table).results()
                .filter(r -> !sources.getOrDefault(r.group(1), "").contains(" " + r.group(2) + "("))
                .map(r -> r.group()).toList();
        assertEquals(List.of(), missing);
        assertTrue(TEST.matcher(table).results().count() > 50, "the table names hardly any test");
    }

    /** The checkout, wherever in it the tests run. */
    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve(TABLE))) {
            folder = folder.getParent();
        }
        return folder;
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = folder.getFileName().toString();
                boolean built = name.equals("target") || name.startsWith(".") || folder.endsWith("src/main");
                return built ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = file.getFileName().toString();
                if (name.endsWith("Test.java") || name.endsWith("IT.java")) {
                    sources.merge(name.replace(".java", ""), Files.readString(file), String::concat);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return sources;
    }
}
