package dev.sluice.commandline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The command of {@code --run}: a child of this process, with its standard streams, where the caller stood. */
final class RunCommand {
    private static final long GRACE_SECONDS = 5;

    private final String text;
    private final Path directory;
    private Process process;

    RunCommand(Endpoint endpoint, String command, Path directory) {
        this.text = endpoint.shellPrologue() + command;
        this.directory = directory;
    }

    /**
     * Starts it.
     *
     * @throws UsageException if there is no shell
     */
    void start() throws UsageException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", text).directory(directory.toFile()).inheritIO();
        restoreLocale(builder.environment());
        try {
            process = builder.start();
        } catch (IOException e) {
            throw UsageException.error("--run: " + e.getMessage());
        }
    }

    /** Ends it, if something goes wrong before it was waited for. */
    void abandon() {
        process.destroy();
    }

    /**
     * Waits for its end.
     *
     * @param stop completed when this process is told to end: the command is told, too
     * @return its status, 128 + N if signal N killed it
     */
    int await(CompletableFuture<Void> stop) throws InterruptedException {
        // as long as the user's command takes
        CompletableFuture.anyOf(process.onExit(), stop).join();
        if (process.isAlive() && stop.isDone()) {
            process.destroy();
            if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        return process.waitFor();
    }

    /** The start script sets LC_ALL where a JVM could not name every file; the command gets what the caller had. */
    private static void restoreLocale(Map<String, String> environment) {
        String callers = System.getProperty("sluice.lc_all");
        if (callers != null && callers.isEmpty()) {
            environment.remove("LC_ALL");
        } else if (callers != null) {
            environment.put("LC_ALL", callers);
        }
    }
}
