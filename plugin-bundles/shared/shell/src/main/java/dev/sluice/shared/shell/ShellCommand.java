package dev.sluice.shared.shell;

import dev.sluice.api.Cancellation;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One command for {@code /bin/sh}: its input is empty, what it writes is taken up to a limit, and it ends in time or is
 * ended, with all its children. Blocks the calling thread and needs no other. Not for use by several threads.
 */
public final class ShellCommand {
    /** How much of the error output is kept, in bytes: enough for a message. */
    private static final int MAX_ERRORS = 64 << 10;
    /** How long an output can wait to be taken: short, because a full pipe stops the command. */
    private static final long POLL_MILLIS = 5;
    private static final int CHUNK = 16 << 10;

    private final String script;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Path directory;
    private Duration deadline = Duration.ofMinutes(1);
    private long maxOutput = MAX_ERRORS;

    /** The text is the operator's own; nothing that comes from a client may be a part of it. */
    public ShellCommand(String script) {
        this.script = script;
    }

    /** One more variable; the environment of the server is there anyway. The value may come from anybody. */
    public ShellCommand variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Where it starts; otherwise where the server does. */
    public ShellCommand directory(Path path) {
        directory = path;
        return this;
    }

    /** How long it may run; a minute if nothing is said. */
    public ShellCommand deadline(Duration time) {
        deadline = time;
        return this;
    }

    /** How many bytes it may write; 64k if nothing is said. */
    public ShellCommand maxOutput(long bytes) {
        maxOutput = bytes;
        return this;
    }

    /**
     * Runs it to its end.
     *
     * @return what it wrote to its standard output
     * @throws ShellException if it can't be started, does not end with status 0, takes too long or writes too much
     * @throws NbdException if the layer or device of {@code context} must stop
     */
    public byte[] run(LayerContext context) throws IOException {
        Process process = start();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        try {
            process.getOutputStream().close();
            await(process, output, errors, context.cancellation(), context.clock());
            if (process.exitValue() != 0) {
                throw new ShellException("it ended with status " + process.exitValue() + said(errors));
            }
            return output.toByteArray();
        } finally {
            end(process);
        }
    }

    private Process start() throws ShellException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", script);
        builder.environment().putAll(environment);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        try {
            return builder.start();
        } catch (IOException e) {
            throw new ShellException("it can't be started: " + e.getMessage(), e);
        }
    }

    private void await(Process process, ByteArrayOutputStream output, ByteArrayOutputStream errors, Cancellation cancellation,
            LongSupplier clock) throws IOException {
        long start = clock.getAsLong();
        boolean running = true;
        while (running) {
            // asked first: what it wrote before its end is there then
            boolean alive = process.isAlive();
            boolean more = take(process.getInputStream(), output, maxOutput + 1) | take(process.getErrorStream(), errors, MAX_ERRORS);
            running = alive || more;
            if (output.size() > maxOutput) {
                throw new ShellException("it writes more than " + maxOutput + " bytes");
            }
            cancellation.check();
            if (clock.getAsLong() - start >= deadline.toNanos()) {
                throw new ShellException("it did not end within " + deadline.toMillis() / 1000.0 + " s" + said(errors));
            }
            if (running && !more) {
                pause(process);
            }
        }
    }

    private static void pause(Process process) throws ShellException {
        try {
            process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ShellException("waiting for it was interrupted", e);
        }
    }

    /** Takes some of what is there, without waiting; what goes beyond the limit is dropped. */
    private static boolean take(InputStream from, ByteArrayOutputStream into, long limit) throws IOException {
        int available = from.available();
        if (available <= 0) {
            return false;
        }
        byte[] chunk = from.readNBytes(Math.min(available, CHUNK));
        into.write(chunk, 0, (int) Math.max(0, Math.min(chunk.length, limit - into.size())));
        return true;
    }

    /** The last line of the error output, where most programs say why they end. */
    private static String said(ByteArrayOutputStream errors) {
        String text = errors.toString(StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "" : ": " + text.substring(text.lastIndexOf('\n') + 1);
    }

    private static void end(Process process) {
        if (process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        close(process.getInputStream());
        close(process.getErrorStream());
    }

    private static void close(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // the pipe of a process that is no more; what it said is known already
        }
    }
}
