package dev.sluice.filter.exitwhen;

import dev.sluice.api.Cancellation;
import dev.sluice.api.util.Failures;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A shell script ends with a status of its own. Its output goes where the server's goes. */
final class Script implements Event {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.exitwhen");
    private static final int EXIT = 88;
    private static final int SECONDS = 60;
    private static final int KILLED = 128;

    private final String script;

    Script(String script) {
        this.script = script;
    }

    @Override
    public boolean hasHappened(Cancellation cancellation) {
        try {
            int status = run(cancellation);
            if (status != 0 && status != EXIT && !cancellation.isCancelled()) {
                complain(status > KILLED ? "it was killed by signal " + (status - KILLED) : "it ended with status " + status);
            }
            return status == EXIT;
        } catch (IOException e) {
            complain(Failures.reason(e));
        } catch (InterruptedException e) {
            // the core never interrupts; whoever did so wants the thread back
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private int run(Cancellation cancellation) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("/bin/sh", "-c", script).redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Cancellation.Registration killed = cancellation.onCancel(process::destroyForcibly);
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("it runs for more than " + SECONDS + " seconds");
            }
            return process.exitValue();
        } finally {
            killed.close();
            process.destroyForcibly();
        }
    }

    private static void complain(String why) {
        LOG.log(System.Logger.Level.ERROR, "exit-when-script: " + why);
    }

    @Override
    public String text() {
        return "the script of exit-when-script ended with status " + EXIT;
    }
}
