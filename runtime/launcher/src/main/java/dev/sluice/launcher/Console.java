package dev.sluice.launcher;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.function.Consumer;

/**
 * The process's standard streams, as they were when it started. Everything that a person or the starting script reads
 * goes through here; {@code System.out} and {@code System.err} are replaced, so that a bundle that prints does not
 * spoil the output. Safe for use by several threads.
 */
final class Console {
    /**
     * There is one per process because there is one set of streams per process, and because the JDK makes the
     * {@link ConsoleLoggerFinder} itself and hands it nothing.
     */
    static final Console PROCESS = new Console(System.out, System.err, System.getProperty("sluice.program", "sluice"));

    private final PrintStream out;
    private final PrintStream err;
    private final String program;
    private volatile boolean verbose;
    private volatile boolean serving;
    private volatile LogFile log;
    /** Where errors and warnings go instead of standard error; null for there. */
    private volatile Consumer<String> sink;

    Console(PrintStream out, PrintStream err, String program) {
        this.out = out;
        this.err = err;
        this.program = program;
    }

    /** The name in front of messages. */
    String program() {
        return program;
    }

    boolean verbose() {
        return verbose;
    }

    /** Whether debug messages and stack traces are shown. */
    void verbose(boolean on) {
        verbose = on;
    }

    /** Whether the server has started. */
    boolean serving() {
        return serving;
    }

    /** The server has started. */
    void nowServing() {
        serving = true;
    }

    /** From now on messages go to this file too. */
    void logTo(LogFile file) {
        log = file;
    }

    /** From now on errors and warnings go there instead of standard error; null: back again. */
    void errorsTo(Consumer<String> where) {
        sink = where;
    }

    /** An error or a warning, complete: to where {@code --log} has them. */
    void error(String text) {
        Consumer<String> where = sink;
        if (where == null) {
            err(text);
        } else {
            where.accept(text);
        }
    }

    /**
     * One line, or several, to standard output.
     *
     * @return whether there is still somebody who reads it
     */
    boolean out(String text) {
        out.println(text);
        return !out.checkError();
    }

    /** One line, or several, to standard error, as it is. */
    void err(String text) {
        err.println(text);
        err.flush();
        LogFile file = log;
        if (file != null) {
            file.line(text);
        }
    }

    /**
     * A message in nbdkit's shape: {@code sluice: error: TEXT}.
     *
     * @param thrown its text follows, its stack trace only when verbose; may be null
     */
    void message(System.Logger.Level level, String text, Throwable thrown) {
        StringBuilder line = new StringBuilder(program).append(": ").append(level.getName().toLowerCase()).append(": ").append(text);
        if (thrown != null && !text.contains(String.valueOf(thrown.getMessage()))) {
            line.append(": ").append(thrown.getMessage() == null ? thrown.getClass().getName() : thrown.getMessage());
        }
        if (level.getSeverity() >= System.Logger.Level.WARNING.getSeverity() && sink != null) {
            error(line.toString());
            if (thrown == null || !verbose) {
                return;
            }
        }
        synchronized (err) {
            err(line.toString());
            if (thrown != null && verbose) {
                thrown.printStackTrace(err);
            }
        }
    }

    /** From now on {@code System.out} and {@code System.err} end here, line by line. */
    void catchStrayOutput() {
        System.setOut(new PrintStream(new LineStream(this::strayOutput), true));
        System.setErr(new PrintStream(new LineStream(this::strayError), true));
    }

    /**
     * The server goes on alone: standard input and output, and error unless verbose, become the null device (the JDK
     * does that to these three descriptors when they are closed), so that whoever waits for the end of a pipe gets it.
     */
    void detach(boolean errorToo) throws IOException {
        out.flush();
        err.flush();
        new FileInputStream(FileDescriptor.in).close();
        if (errorToo && !verbose) {
            new FileOutputStream(FileDescriptor.err).close();
        }
        // last: its end is what the script waits for
        new FileOutputStream(FileDescriptor.out).close();
    }

    private void strayOutput(String line) {
        if (verbose) {
            err(program + ": debug: " + line);
        }
    }

    private void strayError(String line) {
        boolean frame = line.startsWith("\tat ") || line.startsWith("\t... ");
        if (verbose || !frame && !line.isBlank()) {
            err(program + ": " + line);
        }
    }
}
