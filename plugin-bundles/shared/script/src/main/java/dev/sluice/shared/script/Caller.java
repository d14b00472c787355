package dev.sluice.shared.script;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the script for one call after another and understands how it ended. Safe for use by several threads. */
final class Caller {
    private static final int MAX_TEXT = 16 << 20;
    private static final File NOTHING = new File("/dev/null");
    /** {@code error=2, No such file} in JDK 17, {@code error: 2 (No such file)} in JDK 25. */
    private static final Pattern REASON = Pattern.compile("error(?:=|: )\\d+,? \\(?([^()]+)\\)?$");
    private static final int OK = 0;
    private static final int MISSING = 2;
    private static final int FALSE = 3;
    private static final int SHUTDOWN_OK = 4;
    private static final int SHUTDOWN_ERROR = 5;
    private static final int DISCONNECT_FORCE = 6;
    private static final int DISCONNECT_SOFT_OK = 7;
    private static final int DISCONNECT_SOFT_ERROR = 8;

    private final Scripts scripts;
    private final LayerContext context;
    private final Path workingDirectory;
    /** For the data of writes; nobody else looks into it. */
    private final Path privateDirectory;
    private final AtomicLong files = new AtomicLong();
    /** The script's own: {@code $tmpdir}. Changed only in a change of code. */
    private volatile Path tmpdir;

    Caller(Scripts scripts, LayerContext context, Path workingDirectory, Path privateDirectory, Path tmpdir) {
        this.scripts = scripts;
        this.context = context;
        this.workingDirectory = workingDirectory;
        this.privateDirectory = privateDirectory;
        this.tmpdir = tmpdir;
    }

    Path tmpdir() {
        return tmpdir;
    }

    void tmpdir(Path other) {
        tmpdir = other;
    }

    /** A call whose answer is text, stopped with the layer. */
    Answer call(String method, String... arguments) throws IOException {
        return call(null, Stop.on(context.cancellation()), method, arguments);
    }

    /** A call on behalf of a client, which may be null. */
    Answer call(ClientInfo client, Stop stop, String method, String... arguments) throws IOException {
        Output.Text text = new Output.Text(MAX_TEXT);
        return run(client, stop, method, arguments, NOTHING, text);
    }

    /** A call whose answer is as many bytes as the buffer has room for. */
    Answer callForData(ClientInfo client, Stop stop, ByteBuffer target, String method, String... arguments) throws IOException {
        int expected = target.remaining();
        Output.Data data = new Output.Data(target);
        Answer answer = run(client, stop, method, arguments, NOTHING, data);
        if (answer.kind() == Answer.Kind.OK && data.count() != expected) {
            throw new NbdException(NbdError.EIO,
                    what(method) + ": it wrote " + data.count() + " bytes where " + expected + " were asked for");
        }
        return answer;
    }

    /** A call that gets bytes on standard input; it need not read them. */
    Answer callWithData(ClientInfo client, Stop stop, ByteBuffer data, String method, String... arguments) throws IOException {
        if (scripts.command(method).isEmpty()) {
            return Answer.MISSING;
        }
        // A file and no pipe: a pipe would block this thread for as long as the script does not read.
        Path file = privateDirectory.resolve("data-" + files.incrementAndGet());
        try {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                while (data.hasRemaining()) {
                    channel.write(data);
                }
            }
            return run(client, stop, method, arguments, file.toFile(), new Output.Text(MAX_TEXT));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** For messages: what failed. */
    String what(String method) {
        return scripts.name().equals("script") ? method : scripts.name() + ": " + method;
    }

    private Answer run(ClientInfo client, Stop stop, String method, String[] arguments, File input, Output output) throws IOException {
        Optional<List<String>> program = scripts.command(method);
        if (program.isEmpty()) {
            return Answer.MISSING;
        }
        List<String> command = new ArrayList<>(program.get());
        command.add(method);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(workingDirectory.toFile()).redirectInput(input);
        environment(builder.environment());
        Child.End end;
        try {
            end = Child.run(builder, output, stop);
        } catch (NbdException e) {
            throw new NbdException(e.error(), what(method) + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new NbdException(NbdError.EIO, what(method) + " can't be run: " + reason(e), e);
        }
        return understood(client, method, end, output);
    }

    private Answer understood(ClientInfo client, String method, Child.End end, Output output) throws NbdException {
        switch (end.status()) {
            case SHUTDOWN_OK, SHUTDOWN_ERROR -> context.shutdown();
            case DISCONNECT_FORCE -> disconnect(client, true);
            case DISCONNECT_SOFT_OK, DISCONNECT_SOFT_ERROR -> disconnect(client, false);
            default -> {
                // no effect besides the answer
            }
        }
        return switch (end.status()) {
            case OK, SHUTDOWN_OK, DISCONNECT_SOFT_OK ->
                new Answer(Answer.Kind.OK, output instanceof Output.Text t ? t.bytes() : new byte[0]);
            case MISSING -> Answer.MISSING;
            case FALSE -> {
                if (!method.startsWith("can_") && !method.startsWith("is_")) {
                    throw new NbdException(NbdError.EIO, what(method) + ": it ended with status 3 (false), which only answers yes or no");
                }
                yield new Answer(Answer.Kind.FALSE, new byte[0]);
            }
            default -> throw ErrorText.failure(what(method), end.status(), end.error());
        };
    }

    private static void disconnect(ClientInfo client, boolean force) {
        if (client != null) {
            client.disconnect(force);
        }
    }

    private void environment(Map<String, String> environment) {
        environment.put("tmpdir", tmpdir.toString());
        environment.put("PWD", workingDirectory.toString());
        // the start script sets LC_ALL where a JVM could not name every file; scripts get what the operator had
        String operators = System.getProperty("sluice.lc_all");
        if (operators != null && operators.isEmpty()) {
            environment.remove("LC_ALL");
        } else if (operators != null) {
            environment.put("LC_ALL", operators);
        }
    }

    /** The JDK's text has the name of the program, the directory and a number in front of the reason. */
    static String reason(IOException e) {
        String text = String.valueOf(e.getMessage()).strip();
        Matcher m = REASON.matcher(text);
        return m.find() ? m.group(1) : text;
    }
}
