package dev.sluice.filter.log;

import dev.sluice.api.Cancellation;
import dev.sluice.api.util.Failures;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs a shell script for each line, with the parts of the line as variables. Its output goes where the server's goes.
 * Safe for use by several threads.
 */
final class LogScript {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.log");
    private static final int SECONDS = 60;

    private final String script;
    private volatile boolean failing;

    LogScript(String script) {
        this.script = script;
    }

    /** Waits until the script has ended; it is killed when the device must close, or after a minute. */
    void run(LogEntry entry, Cancellation cancellation) {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", script)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        variables(entry, builder.environment());
        try {
            Process process = builder.start();
            Cancellation.Registration killed = cancellation.onCancel(process::destroyForcibly);
            try {
                if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                    throw new IOException("it runs for more than " + SECONDS + " seconds");
                }
                if (process.exitValue() != 0 && !cancellation.isCancelled()) {
                    throw new IOException("it ended with status " + process.exitValue());
                }
            } finally {
                killed.close();
                process.destroyForcibly();
            }
            failing = false;
        } catch (IOException e) {
            failed(Failures.reason(e));
        } catch (InterruptedException e) {
            // the core never interrupts; whoever did so wants the thread back
            Thread.currentThread().interrupt();
            failed("interrupted");
        }
    }

    private void failed(String why) {
        if (!failing) {
            LOG.log(System.Logger.Level.WARNING, "logscript failed: " + why);
        }
        failing = true;
    }

    private static void variables(LogEntry entry, Map<String, String> environment) {
        environment.put("act", entry.action());
        environment.put("type", entry.type().name());
        environment.put("id", entry.id() > 0 ? Long.toString(entry.id()) : "");
        environment.put("connection", entry.connection() > 0 ? Long.toString(entry.connection()) : "");
        environment.put("return", "");
        environment.put("error", "");
        for (LogFields.Field f : entry.fields().list()) {
            environment.put(f.name(), f.bare().replace("\0", ""));
        }
    }
}
