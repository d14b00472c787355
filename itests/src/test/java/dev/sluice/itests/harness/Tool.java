package dev.sluice.itests.harness;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A finished program.
 *
 * @param command what was run
 * @param exit its status
 * @param out its standard output
 * @param err its standard error
 */
public record Tool(List<String> command, int exit, String out, String err) {
    /** The system's own directories first: a Python of the developer's has no libnbd module. */
    public static final String PATH = "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin";

    /** Runs a program for at most 60 s. */
    public static Tool run(Object... command) throws IOException, InterruptedException {
        return run(Duration.ofSeconds(60), command);
    }

    /** Runs a program; kills it and fails at the deadline. */
    public static Tool run(Duration atMost, Object... command) throws IOException, InterruptedException {
        List<String> words = Arrays.stream(command).map(String::valueOf).toList();
        Path out = Files.createTempFile("tool", ".out");
        Path err = Files.createTempFile("tool", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(words);
            environment(builder.environment());
            Process p = builder.redirectInput(new File("/dev/null")).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            if (!p.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                p.destroyForcibly().waitFor();
                throw new AssertionError(words + " did not end within " + atMost.toSeconds() + " s; it said:\n" + Files.readString(out)
                        + Files.readString(err) + Await.threads());
            }
            return new Tool(words, p.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** What programs of the outside find around them. */
    static void environment(Map<String, String> environment) {
        environment.put("PATH", PATH + ":" + environment.getOrDefault("PATH", ""));
        environment.put("LC_ALL", "C.UTF-8");
    }

    /** Fails unless the program succeeded. */
    public Tool ok() {
        if (exit != 0) {
            throw new AssertionError(command + " ended with " + exit + ":\n" + out + err);
        }
        return this;
    }
}
