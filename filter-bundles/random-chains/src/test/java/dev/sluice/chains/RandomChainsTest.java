package dev.sluice.chains;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every filter alone, and random chains of filters: random requests against a model of what the chain means, with and
 * without faults, while code is replaced under the clients. A failure names its seed: {@code -Dchains.seed=N} repeats it.
 */
class RandomChainsTest {
    private static final int ROUNDS_ALONE = 8;

    /** Held, because a logger that nobody holds forgets its level. */
    private final Logger log = Logger.getLogger("dev.sluice");
    private Map<String, Class<?>> classes;

    @BeforeEach
    void find() throws Exception {
        // faults are injected by the thousand, and each would be logged
        log.setLevel(Level.OFF);
        classes = FilterClasses.find();
        TreeSet<String> unknown = new TreeSet<>(classes.keySet());
        FilterWords.names().forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            System.out.println("filters that FilterWords does not know, so that they are not tried: " + unknown);
        }
        List<String> known = new ArrayList<>();
        FilterWords.names().forEach(known::add);
        classes.keySet().retainAll(known);
        assertTrue(classes.containsKey("nofilter"), "filters on the class path: " + classes.keySet());
    }

    @AfterEach
    void logAgain() {
        log.setLevel(null);
    }

    private static long givenSeed() {
        String text = System.getProperty("chains.seed", "");
        return text.isBlank() ? 0 : Long.parseLong(text.strip());
    }

    @Test
    void everyFilterAloneKeepsTheBytes() throws Exception {
        if (givenSeed() != 0) {
            return;
        }
        List<String> failures = new ArrayList<>();
        Random seeds = new Random();
        for (String name : classes.keySet()) {
            for (int i = 0; i < ROUNDS_ALONE; i++) {
                long seed = 1 + seeds.nextInt(Integer.MAX_VALUE - 1);
                run(seed, List.of(name), failures);
            }
        }
        report(failures);
    }

    @Test
    void randomChainsKeepTheBytes() throws Exception {
        List<String> failures = new ArrayList<>();
        if (givenSeed() != 0) {
            repeat(failures);
        } else {
            int count = Integer.getInteger("chains", 200);
            Random seeds = new Random();
            for (int i = 0; i < count; i++) {
                run(1 + seeds.nextInt(Integer.MAX_VALUE - 1), List.of(), failures);
            }
        }
        report(failures);
    }

    /** The chain of a seed that a failure has named; one of a single filter tells it as well. */
    private void repeat(List<String> failures) throws Exception {
        String alone = System.getProperty("chains.filter", "");
        run(givenSeed(), alone.isEmpty() ? List.of() : List.of(alone), failures);
    }

    private void run(long seed, List<String> names, List<String> failures) throws IOException {
        Path directory = Files.createTempDirectory("chains");
        String repeat = "-Dchains.seed=" + seed + (names.isEmpty() ? "" : " -Dchains.filter=" + names.get(0));
        try (ChainRun run = new ChainRun(seed, names, classes, directory)) {
            try {
                run.run();
            } catch (Exception | AssertionError e) {
                String where = Arrays.stream(e.getStackTrace()).limit(6).map(Object::toString).toList().toString();
                failures.add("repeat with " + repeat + ": " + e + "\n" + run.describe() + "\n" + where + "\n");
            }
        } finally {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(p);
                }
            }
        }
    }

    private static void report(List<String> failures) {
        assertTrue(failures.isEmpty(), () -> failures.size() + " chains failed\n" + String.join("\n", failures.subList(0,
                Math.min(failures.size(), 12))));
    }
}
