package dev.sluice.core.transmission;

import dev.sluice.api.Peer;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.protocol.Magic;
import dev.sluice.core.transport.Wire;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.Semaphore;

/**
 * A client that sends the same requests again and again, a given number in each turn, and does not look at the answers.
 * Its socket costs nothing: every read gives what is left of {@code depth} requests. The end of a turn is when the server
 * comes back for more, at which it has sent all replies.
 */
final class TurnWire implements Wire {
    private static final int CLIENT_HEADER = 28;

    private final ByteBuffer requests;
    private final int depth;
    /** One permit for each turn that may begin. */
    private final Semaphore begin = new Semaphore(0);
    /** One permit for each turn that is over. */
    private final Semaphore over = new Semaphore(0);
    private volatile int wanted;
    private volatile boolean closed;
    // the server's own: one thread at a time reads
    private int left;
    private boolean inTurn;
    private volatile long written;

    TurnWire(int command, int block, int depth) {
        this.depth = depth;
        int payload = command == Command.WRITE ? block : 0;
        requests = ByteBuffer.allocateDirect(depth * (CLIENT_HEADER + payload));
        for (int i = 0; i < depth; i++) {
            boolean data = command != Command.FLUSH;
            requests.putInt(Magic.REQUEST).putShort((short) 0).putShort((short) command).putLong(i)
                    .putLong(data ? (long) i * block : 0).putInt(data ? block : 0);
            requests.position(requests.position() + payload);
        }
        requests.flip();
    }

    /** Has this many requests served; answers how many bytes came back since the beginning. */
    long turn(int count) throws InterruptedException {
        wanted = count;
        begin.release();
        over.acquire();
        if (closed) {
            throw new IllegalStateException("the server has closed the connection");
        }
        return written;
    }

    /** Waits for a turn to begin if one is over. */
    private boolean ready() {
        if (left > 0 || requests.position() > 0) {
            return !closed;
        }
        if (inTurn) {
            inTurn = false;
            over.release();
        }
        if (closed) {
            return false;
        }
        begin.acquireUninterruptibly();
        inTurn = true;
        left = wanted;
        return !closed;
    }

    @Override
    public int read(ByteBuffer into) {
        if (!ready()) {
            return -1;
        }
        int n = Math.min(into.remaining(), requests.remaining());
        into.put(into.position(), requests, requests.position(), n);
        into.position(into.position() + n);
        requests.position(requests.position() + n);
        if (!requests.hasRemaining()) {
            requests.rewind();
            left -= depth;
        }
        return n;
    }

    @Override
    public int poll(ByteBuffer into) {
        return 0;
    }

    @Override
    public void whenReadable(Runnable action) {
        if (left > 0 || requests.position() > 0) {
            // The server was about to let its thread go, although the client is in the middle of a turn.
            new Thread(action, "bench-poller").start();
            return;
        }
        Thread poller = new Thread(() -> {
            ready();
            action.run();
        }, "bench-poller");
        poller.setDaemon(true);
        poller.start();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int count) {
        long sum = 0;
        for (int i = offset; i < offset + count; i++) {
            sum += from[i].remaining();
            from[i].position(from[i].limit());
        }
        written += sum;
        return sum;
    }

    @Override
    public long transfer(FileChannel file, long position, long count) {
        written += count;
        return count;
    }

    @Override
    public Peer peer() {
        return Peer.LOCAL;
    }

    @Override
    public void close() {
        closed = true;
        begin.release();
        over.release();
    }
}
