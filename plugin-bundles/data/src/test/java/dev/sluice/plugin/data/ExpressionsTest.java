package dev.sluice.plugin.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.contract.LayerHarness;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Some hundred parameters and what they give. Both tables have a line for each: the words with tabs in between, {@code =>},
 * and the bytes in hexadecimal, or {@code !} for an error. A line break in a word is written {@code \n~}.
 */
class ExpressionsTest {
    @TempDir
    Path directory;

    @BeforeEach
    void files() throws Exception {
        Files.writeString(directory.resolve("hello.txt"), "hello");
        Files.writeString(directory.resolve("empty.txt"), "");
        Files.write(directory.resolve("bin"), new byte[] {0, 1, 2});
    }

    private String result(List<String> words) throws Exception {
        try (LayerHarness h = LayerHarness.plugin(DataPlugin::new, "data", words, directory).start()) {
            StringBuilder hex = new StringBuilder();
            for (byte b : h.connect().readAll()) {
                hex.append(hex.length() == 0 ? "" : " ").append(String.format("%02x", b));
            }
            return hex.toString();
        } catch (ConfigException e) {
            assertTrue(e.getMessage().indexOf('\n') < 0, "more than one line: " + e.getMessage());
            return "!";
        }
    }

    private int check(String table) throws Exception {
        List<String> wrong = new ArrayList<>();
        int count = 0;
        try (InputStream in = ExpressionsTest.class.getResourceAsStream(table)) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                int arrow = line.indexOf("\t=>\t");
                String expected = line.substring(arrow + 4);
                List<String> words = Arrays.asList(line.substring(0, arrow).replace("\\n~", "\n").split("\t"));
                String result = result(words);
                if (!expected.equals(result)) {
                    wrong.add(words + " gives " + result + " instead of " + expected);
                }
                count++;
            }
        }
        assertEquals("", String.join("\n", wrong));
        return count;
    }

    @Test
    void theSameBytesAndErrorsComeAboutAsWithNbdkit() throws Exception {
        // what nbdkit 1.32 made of the same words
        assertTrue(check("nbdkit.txt") > 250);
    }

    @Test
    void whatNbdkitLacksOrDoesOtherwiseIsAsDescribed() throws Exception {
        check("sluice.txt");
    }
}
