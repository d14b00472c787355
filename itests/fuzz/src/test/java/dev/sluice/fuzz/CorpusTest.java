package dev.sluice.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CorpusTest {
    private static final Path CORPUS = Path.of(System.getProperty("sluice.fuzz.corpus", "corpus"));
    private static final long MOST_BYTES = 1 << 20;
    private static final Logger ROOT = Logger.getLogger("");

    @BeforeAll
    static void inputsAreLoggedByNobody() {
        ROOT.setLevel(Level.OFF);
    }

    static List<String> targets() {
        return Targets.names();
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("targets")
    void everyInputOfTheCorpusIsHandledWell(String name) throws Exception {
        FuzzTarget target = Targets.named(name);
        List<Path> inputs = files(CORPUS.resolve(name));
        assertTrue(inputs.size() > 3, "a corpus of " + inputs.size());
        for (Path input : inputs) {
            try {
                target.test(Files.readAllBytes(input));
            } catch (Exception | Error e) {
                throw new AssertionError("itests/fuzz/run --replay " + name + " " + input + ": " + e.getMessage(), e);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("targets")
    void thereIsNoInputTooShort(String name) throws Exception {
        FuzzTarget target = Targets.named(name);
        for (Path input : files(CORPUS.resolve(name)).subList(0, 3)) {
            byte[] bytes = Files.readAllBytes(input);
            for (int length = 0; length < Math.min(bytes.length, 200); length++) {
                target.test(java.util.Arrays.copyOf(bytes, length));
            }
        }
    }

    @Test
    void eachTargetHasACorpusAndTheyAreSmall() throws Exception {
        assertEquals(Targets.names(), files(CORPUS).stream().map(d -> d.getFileName().toString()).toList());
        long bytes = 0;
        for (Path directory : files(CORPUS)) {
            for (Path file : files(directory)) {
                bytes += Files.size(file);
            }
        }
        assertTrue(bytes < MOST_BYTES, "the corpus has " + bytes + " bytes");
    }
}
