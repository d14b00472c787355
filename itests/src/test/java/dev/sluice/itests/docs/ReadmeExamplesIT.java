package dev.sluice.itests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Requires;
import dev.sluice.itests.harness.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every example of README.md is run as it stands there, with the distribution of this build. */
class ReadmeExamplesIT {
    @TempDir
    static Path directory;

    @BeforeAll
    static void whatTheExamplesNeed() throws IOException {
        Requires.programs("nbdinfo", "nbdcopy", "nbdsh", "qemu-img", "fio");
        try (Stream<Path> built = Files.exists(target()) ? Files.list(target()) : Stream.empty()) {
            Requires.that(built.anyMatch(p -> p.toString().endsWith(".tar.gz")), "the distribution is not built");
        }
        Files.write(directory.resolve("disk.img"), Pattern.bytes(1, 0, 5_000_000));
        Files.createDirectory(directory.resolve("images"));
        Files.write(directory.resolve("images/one.img"), Pattern.bytes(2, 0, 70_000));
    }

    private static Path target() {
        return Checkout.root().resolve("runtime/distribution/target");
    }

    private static List<String> examples() throws IOException {
        String text = Checkout.text("README.md");
        String section = text.substring(text.indexOf("\n## Examples\n"), text.indexOf("\n## Plugins\n"));
        return java.util.regex.Pattern.compile("^```\n(.*?)^```$", java.util.regex.Pattern.MULTILINE | java.util.regex.Pattern.DOTALL)
                .matcher(section).results().map(r -> r.group(1).strip()).toList();
    }

    @TestFactory
    List<DynamicTest> theExampleDoesWhatItSays() throws IOException {
        List<String> examples = examples();
        assertTrue(examples.size() >= 5, "only " + examples.size() + " examples");
        return examples.stream().map(e -> DynamicTest.dynamicTest(e, () -> run(e))).toList();
    }

    private static void run(String example) throws Exception {
        assertTrue(example.startsWith("./sluice "), "an example starts with ./sluice");
        String command = "cd '" + directory + "' && '" + Checkout.root() + "'/" + example.substring(2);
        Tool tool = Tool.run(Duration.ofSeconds(120), "/bin/sh", "-c", command);
        if (example.contains("--filter=error")) {
            assertEquals(1, tool.exit(), tool.err());
            assertTrue(tool.err().contains("No space left"), tool.err());
        } else {
            tool.ok();
        }
        if (example.contains("copy.img")) {
            assertEquals(-1, Files.mismatch(directory.resolve("disk.img"), directory.resolve("copy.img")));
        }
        if (example.contains("requests.log")) {
            String written = Files.readString(directory.resolve("disk.img"), java.nio.charset.StandardCharsets.ISO_8859_1);
            assertEquals("hello", written.substring(512, 517));
            assertTrue(Files.readString(directory.resolve("requests.log")).contains(" Write "));
        }
    }
}
