package dev.sluice.shared.script;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One process from its start to its end. The calling thread itself moves its output, without ever blocking in a pipe, so
 * that it can notice that the process is to stop; the process has ended when its first process has, even if something
 * that it left in the background still holds its pipes.
 */
final class Child {
    private static final int CHUNK = 64 << 10;
    /** More of standard error is dropped. */
    private static final int MAX_ERROR = 64 << 10;
    private static final int MAX_WAIT_MILLIS = 20;
    /** How often to look again at once while data are streaming; a waiting thread wakes only after a millisecond. */
    private static final int EAGER = 100;

    private final Process process;
    private final Output output;
    private final ByteArrayOutputStream error = new ByteArrayOutputStream();
    private final byte[] chunk = new byte[CHUNK];
    private boolean tooMuch;

    private Child(Process process, Output output) {
        this.process = process;
        this.output = output;
    }

    /**
     * How a process has ended.
     *
     * @param status 0 .. 255; 128 + N if signal N killed it
     * @param error the beginning of what it wrote to standard error
     */
    record End(int status, String error) {
    }

    /**
     * Runs it to its end.
     *
     * @throws NbdException of {@code stop}, after the process and its descendants were killed
     */
    static End run(ProcessBuilder builder, Output output, Stop stop) throws IOException {
        Process process = builder.start();
        Child child = new Child(process, output);
        boolean ended = false;
        try {
            child.pump(stop);
            ended = true;
            return new End(process.exitValue(), child.error.toString(StandardCharsets.UTF_8));
        } finally {
            if (!ended) {
                child.kill();
            }
            process.getOutputStream().close();
            process.getInputStream().close();
            process.getErrorStream().close();
        }
    }

    private void pump(Stop stop) throws IOException {
        InputStream out = process.getInputStream();
        InputStream err = process.getErrorStream();
        int idle = 0;
        boolean streams = false;
        while (true) {
            // asked before the pipes are emptied: what an ended process has written is all there
            boolean ended = !process.isAlive();
            boolean moved = drain(out, true) | drain(err, false);
            if (tooMuch) {
                throw new NbdException(NbdError.EIO, "it writes more to standard output than such a call can take");
            }
            if (ended && !moved) {
                return;
            }
            stop.check();
            if (moved) {
                idle = 0;
                streams = true;
            } else if (streams && ++idle < EAGER) {
                Thread.yield();
            } else {
                idle++;
                await(Math.min(MAX_WAIT_MILLIS, 1 + idle / EAGER));
            }
        }
    }

    private boolean drain(InputStream in, boolean standardOutput) throws IOException {
        int available = in.available();
        if (available <= 0) {
            return false;
        }
        int n = in.read(chunk, 0, Math.min(available, CHUNK));
        if (n <= 0) {
            return false;
        }
        if (standardOutput) {
            tooMuch |= !output.take(chunk, n);
        } else {
            error.write(chunk, 0, Math.min(n, MAX_ERROR - error.size()));
        }
        return true;
    }

    private void await(int millis) throws NbdException {
        try {
            process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // the core never interrupts; whoever did so wants the thread back
            Thread.currentThread().interrupt();
            throw new NbdException(NbdError.ESHUTDOWN, "interrupted");
        }
    }

    /** Also what the process has started: a shell's command would go on without it. */
    private void kill() {
        List<ProcessHandle> all = process.descendants().toList();
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
