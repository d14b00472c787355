package dev.sluice.plugin.nbd;

import dev.sluice.api.Lease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * Bytes to and from a server, with deadlines. The socket never blocks, so that no thread is stuck in it. One thread at a
 * time reads and one writes; {@link #wake} and {@link #close} are for any.
 */
final class Wire {
    private final SocketChannel channel;
    private final Selector readable;
    private final Selector writable;
    private final Lease lease;
    /** What was received and not used yet: from position to limit. */
    private final ByteBuffer received;

    /** Takes a connected channel that does not block, and memory; both are closed with it. */
    Wire(SocketChannel channel, Lease lease) throws IOException {
        this.channel = channel;
        this.lease = lease;
        this.received = lease.memory().duplicate().clear().limit(0);
        Selector first = Selector.open();
        try {
            channel.register(first, SelectionKey.OP_READ);
            writable = Selector.open();
        } catch (IOException | RuntimeException e) {
            first.close();
            throw e;
        }
        readable = first;
        channel.register(writable, SelectionKey.OP_WRITE);
    }

    /**
     * At least this many bytes, to be taken from the buffer's position. A caller that gives up has taken none.
     *
     * @param bytes at most 4096
     */
    ByteBuffer receive(int bytes, Waiting waiting) throws IOException {
        while (received.remaining() < bytes) {
            if (received.capacity() - received.position() < bytes) {
                received.compact().flip();
            }
            int mark = received.position();
            received.position(received.limit()).limit(received.capacity());
            int n;
            try {
                n = channel.read(received);
            } finally {
                received.limit(received.position()).position(mark);
            }
            afterRead(n, waiting);
        }
        return received;
    }

    /** Fills the buffer to its limit. A caller that gives up has taken what the buffer's position says. */
    void receive(ByteBuffer target, Waiting waiting) throws IOException {
        while (target.hasRemaining()) {
            afterRead(take(target), waiting);
        }
    }

    /** Takes what is there, as far as the buffer has room: the number of bytes, 0 if there are none now. */
    int take(ByteBuffer target) throws IOException {
        if (received.hasRemaining()) {
            int n = Math.min(received.remaining(), target.remaining());
            target.put(target.position(), received, received.position(), n);
            target.position(target.position() + n);
            received.position(received.position() + n);
            return n;
        }
        return some(channel.read(target));
    }

    /** Drops what is there, but no more than this: the number of bytes, 0 if there are none now. */
    int drop(long most) throws IOException {
        if (!poll()) {
            return 0;
        }
        int n = (int) Math.min(most, received.remaining());
        received.position(received.position() + n);
        return n;
    }

    /** Drops bytes. */
    void skip(long bytes, Waiting waiting) throws IOException {
        long left = bytes;
        while (left > 0) {
            ByteBuffer some = receive(1, waiting);
            int n = (int) Math.min(left, some.remaining());
            some.position(some.position() + n);
            left -= n;
        }
    }

    /** Whether bytes are there already. */
    boolean poll() throws IOException {
        if (received.hasRemaining()) {
            return true;
        }
        received.clear();
        int n = 0;
        try {
            n = channel.read(received);
        } finally {
            received.flip();
        }
        return some(n) > 0;
    }

    /** Waits until bytes may be there; may return early. */
    void awaitReadable(long millis) throws IOException {
        select(readable, millis);
    }

    /** Waits until something can be sent; may return early. */
    void awaitWritable(long millis) throws IOException {
        select(writable, millis);
    }

    /** Sends as much as the socket takes at once. */
    long send(ByteBuffer[] buffers) throws IOException {
        return channel.write(buffers);
    }

    /** Sends all of it; for the handshake, where nothing else is under way. */
    void sendAll(ByteBuffer buffer, Waiting waiting) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.write(buffer) == 0) {
                waiting.check();
                awaitWritable(waiting.sliceMillis());
            }
        }
    }

    /** Whoever waits looks again. */
    void wake() {
        readable.wakeup();
        writable.wakeup();
    }

    /** No byte goes through any more, and whoever waits returns. The memory stays until {@link #free}. */
    void close() {
        Sockets.close(channel);
        Sockets.close(readable);
        Sockets.close(writable);
    }

    /** Gives the memory back; nobody reads or writes any more. */
    void free() {
        lease.close();
    }

    /**
     * The socket for another object: this one is of no use any more.
     *
     * @throws IOException if bytes were received that nobody has asked for
     */
    SocketChannel detach() throws IOException {
        if (received.hasRemaining()) {
            throw new IOException("the server sent something that nobody asked for");
        }
        Sockets.close(readable);
        Sockets.close(writable);
        lease.close();
        return channel;
    }

    private static int some(int n) throws IOException {
        if (n < 0) {
            throw new IOException("the server closed the connection");
        }
        return n;
    }

    /** Waits for bytes if there were none. */
    void afterRead(int n, Waiting waiting) throws IOException {
        if (some(n) == 0) {
            waiting.check();
            awaitReadable(waiting.sliceMillis());
        }
    }

    private static void select(Selector selector, long millis) throws IOException {
        try {
            selector.select(millis);
            selector.selectedKeys().clear();
        } catch (ClosedSelectorException e) {
            throw new ClosedChannelException();
        }
    }
}
