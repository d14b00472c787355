package dev.sluice.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A few new inputs for all targets, in one process of Jazzer's: always the same number, from always the same seed. */
class FuzzIT {
    private static final Path CORPUS = Path.of(System.getProperty("sluice.fuzz.corpus", "corpus"));
    private static final Path WORK = Path.of(System.getProperty("sluice.fuzz.directory", "target/fuzz"), "short");
    private static final int RUNS = 12_000;
    /** Of each target, so that most of the inputs are new ones. */
    private static final int MOST_SEEDS = 12;
    private static final int MINUTES = 10;

    /** Of all targets in one directory, with the byte in front that chooses the target. */
    @BeforeEach
    void corpus() throws IOException {
        Files.createDirectories(WORK.resolve("findings"));
        Path seeds = Files.createDirectories(WORK.resolve("seeds"));
        List<String> names = Targets.names();
        for (int i = 0; i < names.size(); i++) {
            try (Stream<Path> files = Files.list(CORPUS.resolve(names.get(i)))) {
                for (Path file : files.sorted().limit(MOST_SEEDS).toList()) {
                    byte[] bytes = Files.readAllBytes(file);
                    byte[] chosen = new byte[bytes.length + 1];
                    chosen[0] = (byte) i;
                    System.arraycopy(bytes, 0, chosen, 1, bytes.length);
                    Files.write(seeds.resolve(names.get(i) + "-" + file.getFileName()), chosen);
                }
            }
        }
    }

    @Test
    void newInputsAreHandledWell() throws Exception {
        Path log = WORK.resolve("log");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx700m",
                "-XX:-UsePerfData", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Fuzzer.class.getName(), "--target_args=" + Targets.ALL, "--instrumentation_includes=dev.sluice.**",
                "--custom_hook_includes=dev.sluice.**",
                "--instrumentation_excludes=" + Files.readString(CORPUS.resolveSibling("not-instrumented")).strip(),
                "--reproducer_path=" + WORK, WORK.resolve("seeds").toString(), "-artifact_prefix=" + WORK.resolve("findings") + "/",
                "-runs=" + RUNS, "-seed=1", "-max_len=600", "-timeout=300", "-rss_limit_mb=0"));
        Process jazzer = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertTrue(jazzer.waitFor(MINUTES, TimeUnit.MINUTES), "Jazzer has not ended; " + log);
        } finally {
            jazzer.destroyForcibly();
        }
        assertEquals(0, jazzer.exitValue(), () -> "a finding: itests/fuzz/run --replay all FILE, with what stands in "
                + WORK.resolve("findings") + "; " + tail(log));
        assertTrue(tail(log).contains("Done " + RUNS + " runs"), () -> tail(log));
    }

    private static String tail(Path log) {
        try {
            byte[] bytes = Files.readAllBytes(log);
            int from = Math.max(0, bytes.length - 4000);
            return new String(bytes, from, bytes.length - from, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "no log: " + e.getMessage();
        }
    }
}
