package dev.sluice.daemon;

import dev.sluice.client.wire.Frame;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;

/**
 * A client of the shell socket, over a real socket: it is answered in whole messages, or cut off, and its session ends.
 * Gogo is one that answers with the line.
 */
public final class ShellFuzz implements FuzzTarget {
    private static final int SESSIONS = 64;
    private static final long PATIENCE_SECONDS = 60;
    private static final int MOST_OUTPUT = 1 << 20;
    private final ServerSocketChannel server;
    private final UnixDomainSocketAddress address;
    private final Consoles consoles = new Consoles(gogo(), words -> List.of(String.join("-", words), "choice"));
    private final ScheduledThreadPoolExecutor deadlines = new ScheduledThreadPoolExecutor(1, task -> ShellSocket.daemon(task, "deadlines"));
    private final Semaphore running = new Semaphore(SESSIONS);

    /** With a socket of its own. */
    public ShellFuzz() {
        deadlines.setRemoveOnCancelPolicy(true);
        try {
            Path directory = Files.createTempDirectory("shellfuzz");
            address = UnixDomainSocketAddress.of(directory.resolve("s"));
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
            directory.toFile().deleteOnExit();
            directory.resolve("s").toFile().deleteOnExit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CommandProcessor gogo() {
        return (CommandProcessor) Proxy.newProxyInstance(ShellFuzz.class.getClassLoader(), new Class<?>[] {CommandProcessor.class},
                (self, method, args) -> session());
    }

    private static CommandSession session() {
        return (CommandSession) Proxy.newProxyInstance(ShellFuzz.class.getClassLoader(), new Class<?>[] {CommandSession.class},
                (self, method, args) -> switch (method.getName()) {
                    case "execute" -> answer(args[0].toString());
                    case "format" -> args[0].toString();
                    default -> null;
                });
    }

    private static Object answer(String line) {
        if (line.startsWith("f")) {
            throw new IllegalStateException("it\nfails: " + line);
        }
        return line.startsWith("b") ? Boolean.FALSE : line;
    }

    @Override
    public void test(byte[] input) throws Exception {
        Check.that(running.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS), () -> SESSIONS + " sessions do not end");
        byte[] output;
        try (SocketChannel client = SocketChannel.open(address)) {
            SocketChannel accepted = server.accept();
            new ShellSession(accepted, consoles, deadlines, ShellSocket.Limits.DEFAULT, ended -> running.release()).start();
            send(client, input);
            output = receive(client);
        }
        frames(output, input.length);
    }

    private static void send(SocketChannel client, byte[] input) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(input);
            while (bytes.hasRemaining()) {
                client.write(bytes);
            }
            client.shutdownOutput();
        } catch (IOException e) {
            // cut off already
            return;
        }
    }

    private static byte[] receive(SocketChannel client) {
        ByteBuffer output = ByteBuffer.allocate(MOST_OUTPUT);
        try {
            while (output.hasRemaining() && client.read(output) >= 0) {
                continue;
            }
        } catch (IOException e) {
            // cut off in the middle
            return Arrays.copyOf(output.array(), output.position());
        }
        return Arrays.copyOf(output.array(), output.position());
    }

    private static void frames(byte[] output, int sent) throws IOException {
        int ends = 0;
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(output))) {
            for (Optional<Frame> f = Frame.read(in, () -> { }); f.isPresent(); f = Frame.read(in, () -> { })) {
                Frame frame = f.get();
                switch (frame.type()) {
                    case Frame.OUTPUT -> Check.that(frame.payload().length > 0, () -> "output of nothing");
                    case Frame.ERROR -> Check.oneLine(frame.text());
                    case Frame.STATUS -> {
                        Check.same(1, frame.payload().length, "the length of a status");
                        ends++;
                    }
                    case Frame.CHOICES -> {
                        frame.words();
                        ends++;
                    }
                    default -> throw new AssertionError("a message of type " + frame.type());
                }
            }
        } catch (EOFException e) {
            // cut off in the middle of a header
            Check.that(output.length > 0, () -> "nothing is no message");
        } catch (IOException e) {
            Check.same("closed in the middle of a message", e.getMessage(), "what is wrong with the answer");
        }
        int answers = ends;
        Check.that(answers <= sent / 5 + 1, () -> answers + " answers to " + sent + " bytes");
    }
}
