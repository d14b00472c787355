package dev.sluice.commandline;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * The client of {@code -s}: on standard input and output, which may be pipes or a socket. A listener takes sockets only,
 * so the bytes pass through a Unix socket that nobody else can reach, a thread for each direction.
 */
final class SingleClient {
    private static final System.Logger LOG = System.getLogger(SingleClient.class.getName());
    private static final int BUFFER = 256 << 10;

    private final SocketChannel server;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private SingleClient(SocketChannel server) {
        this.server = server;
    }

    /**
     * Connects to the server.
     *
     * @param socket where it listens
     */
    static SingleClient connect(Path socket) throws IOException {
        return new SingleClient(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    }

    /** Completed when the server has closed the connection and the client has its last byte. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Begins to pass bytes between the server and the streams of this process. */
    @SuppressWarnings("resource") // the descriptors stay open as long as the process
    void start() {
        ReadableByteChannel in = new FileInputStream(FileDescriptor.in).getChannel();
        WritableByteChannel out = new FileOutputStream(FileDescriptor.out).getChannel();
        start(in, out);
    }

    /** As {@link #start()}, with other streams. */
    void start(ReadableByteChannel in, WritableByteChannel out) {
        thread("sluice-stdin", () -> {
            copy(in, server);
            // the client sends no more; what it asked for is still answered
            server.shutdownOutput();
        });
        thread("sluice-stdout", () -> {
            try {
                copy(server, out);
            } finally {
                server.close();
                ended.complete(null);
            }
        });
    }

    private static void thread(String name, Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // the client, or the server, has gone: the other direction finds that out too
                LOG.log(System.Logger.Level.DEBUG, name + ": " + e);
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void copy(ReadableByteChannel from, WritableByteChannel to) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        while (from.read(buffer) >= 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                to.write(buffer);
            }
            buffer.clear();
        }
    }

    /** What a thread does. */
    private interface Work {
        void run() throws IOException;
    }
}
