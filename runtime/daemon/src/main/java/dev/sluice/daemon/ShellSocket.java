package dev.sluice.daemon;

import dev.sluice.api.ConfigException;
import dev.sluice.client.wire.Frame;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;

/** The socket for shells: only the owner of the process can open it, and at most {@value #MOST} clients at once. */
final class ShellSocket implements Closeable {
    static final int MOST = 16;
    private static final System.Logger LOG = System.getLogger("dev.sluice.server");

    private final Path path;
    private final Consoles consoles;
    private final Limits limits;
    private final ServerSocketChannel server;
    private final Set<ShellSession> sessions = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor deadlines = new ScheduledThreadPoolExecutor(1,
            task -> daemon(task, "sluice-shell-deadlines"), new ThreadPoolExecutor.DiscardPolicy());

    /** Opens it. */
    ShellSocket(Path path, Consoles consoles) {
        this(path, consoles, Limits.DEFAULT);
    }

    ShellSocket(Path path, Consoles consoles, Limits limits) {
        this.path = path;
        this.consoles = consoles;
        this.limits = limits;
        // most deadlines are called off, and the longest are hours away
        deadlines.setRemoveOnCancelPolicy(true);
        try {
            server = OwnerOnly.in(path.toAbsolutePath().getParent(), () -> bind(path));
        } catch (IOException e) {
            deadlines.shutdownNow();
            throw new ConfigException(path + ": " + e.getMessage(), e);
        }
        daemon(this::accept, "sluice-shell").start();
    }

    private static ServerSocketChannel bind(Path path) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * How long clients may take.
     *
     * @param message for the rest of a message, and for the first one, in milliseconds
     * @param output to take output, in milliseconds
     * @param idle between commands, in milliseconds
     */
    record Limits(long message, long output, long idle) {
        static final Limits DEFAULT = new Limits(10_000, 30_000, 3_600_000);
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                take(server.accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.log(System.Logger.Level.ERROR, path + ": " + e.getMessage() + "; shells can't come any more");
                return;
            }
        }
    }

    private void take(SocketChannel channel) throws IOException {
        if (sessions.size() >= MOST) {
            try (channel) {
                // fits into the socket's buffer, so that nobody waits
                Frame.text(Frame.ERROR, "there are " + MOST + " shells already").write(SocketStreams.out(channel));
                Frame.status(1).write(SocketStreams.out(channel));
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "a shell that is turned away has left: " + e.getMessage());
            }
            return;
        }
        ShellSession session = new ShellSession(channel, consoles, deadlines, limits, sessions::remove);
        sessions.add(session);
        session.start();
    }

    /** How many clients there are. */
    int clients() {
        return sessions.size();
    }

    /** Ends all sessions; a command under way goes on, its output is dropped. */
    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
        sessions.forEach(ShellSession::close);
        deadlines.shutdownNow();
    }
}
