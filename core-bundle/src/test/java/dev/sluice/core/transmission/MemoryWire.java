package dev.sluice.core.transmission;

import dev.sluice.api.Peer;
import dev.sluice.core.transport.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A connection in memory: the server's end is a wire, the test is the client. Waits of the test are bounded. */
final class MemoryWire implements Wire {
    private static final int BOUND = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final byte[] toServer = new byte[72 << 20];
    private int serverRead;
    private int serverWritten;
    private final byte[] toClient;
    private int clientRead;
    private int clientWritten;
    private boolean clientDone;
    private boolean closed;
    private Runnable whenReadable;
    private int writersWaiting;
    private IOException failure;
    private boolean copies;
    private int transfers;

    /** With room for this many bytes that the client has not read. */
    MemoryWire(int room) {
        toClient = new byte[room];
    }

    private void await() throws IOException {
        try {
            if (!changed.await(BOUND, TimeUnit.SECONDS)) {
                throw new AssertionError("nothing happened on the wire for " + BOUND + " real seconds");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private boolean readable() {
        return serverWritten > serverRead || clientDone || closed;
    }

    private void signal() {
        changed.signalAll();
        if (whenReadable != null && readable()) {
            Runnable action = whenReadable;
            whenReadable = null;
            new Thread(action, "test-poller").start();
        }
    }

    /** The next poll fails once, as one into memory that can't be written to. */
    void failPoll(IOException e) {
        lock.lock();
        try {
            failure = e;
        } finally {
            lock.unlock();
        }
    }

    /** From now on memory is quicker to send than files. */
    MemoryWire copying() {
        copies = true;
        return this;
    }

    /** How often a range of a file was sent. */
    int transfers() {
        lock.lock();
        try {
            return transfers;
        } finally {
            lock.unlock();
        }
    }

    // the server's end

    @Override
    public int read(ByteBuffer into) throws IOException {
        lock.lock();
        try {
            changed.signalAll();
            while (!readable()) {
                await();
            }
            return take(into);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int poll(ByteBuffer into) throws IOException {
        lock.lock();
        try {
            IOException now = failure;
            failure = null;
            if (now != null) {
                throw now;
            }
            return readable() ? take(into) : 0;
        } finally {
            lock.unlock();
        }
    }

    private int take(ByteBuffer into) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        int n = Math.min(into.remaining(), serverWritten - serverRead);
        if (n == 0) {
            return clientDone && serverWritten == serverRead ? -1 : 0;
        }
        into.put(toServer, serverRead, n);
        serverRead += n;
        if (serverRead == serverWritten) {
            serverRead = 0;
            serverWritten = 0;
        }
        changed.signalAll();
        return n;
    }

    @Override
    public void whenReadable(Runnable action) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new ClosedChannelException();
            }
            whenReadable = action;
            changed.signalAll();
            signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int count) throws IOException {
        lock.lock();
        try {
            awaitRoom();
            long sum = 0;
            for (int i = offset; i < offset + count; i++) {
                int n = Math.min(from[i].remaining(), toClient.length - clientWritten);
                from[i].get(toClient, clientWritten, n);
                clientWritten += n;
                sum += n;
            }
            signal();
            return sum;
        } finally {
            lock.unlock();
        }
    }

    private void awaitRoom() throws IOException {
        writersWaiting++;
        changed.signalAll();
        while (clientWritten == toClient.length && !closed) {
            await();
        }
        writersWaiting--;
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public long transfer(FileChannel file, long position, long count) throws IOException {
        lock.lock();
        try {
            transfers++;
            awaitRoom();
            int n = (int) Math.min(count, toClient.length - clientWritten);
            int read = file.read(ByteBuffer.wrap(toClient, clientWritten, n), position);
            if (read <= 0) {
                return 0;
            }
            clientWritten += read;
            signal();
            return read;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean copies() {
        return copies;
    }

    @Override
    public Peer peer() {
        return Peer.LOCAL;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            signal();
        } finally {
            lock.unlock();
        }
    }

    // the client's end

    void send(ByteBuffer bytes) {
        lock.lock();
        try {
            int n = bytes.remaining();
            bytes.get(toServer, serverWritten, n);
            serverWritten += n;
            signal();
        } finally {
            lock.unlock();
        }
    }

    /** The client sends no more. */
    void halfClose() {
        lock.lock();
        try {
            clientDone = true;
            signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for this many bytes. */
    ByteBuffer receive(int n) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(n);
        lock.lock();
        try {
            while (into.hasRemaining()) {
                while (clientWritten == clientRead && !closed) {
                    await();
                }
                if (clientWritten == clientRead) {
                    throw new EOFException("the server has closed the connection");
                }
                int part = Math.min(into.remaining(), clientWritten - clientRead);
                into.put(toClient, clientRead, part);
                clientRead += part;
                if (clientRead == clientWritten) {
                    clientRead = 0;
                    clientWritten = 0;
                }
                changed.signalAll();
            }
            return into.flip();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the server has closed. */
    void awaitClosed() throws IOException {
        lock.lock();
        try {
            while (!closed) {
                await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until somebody of the server waits for the client to read. */
    void awaitStuckWriter() throws IOException {
        lock.lock();
        try {
            while (writersWaiting == 0 || clientWritten < toClient.length) {
                await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nobody of the server holds a thread for this connection. */
    void awaitParked() throws IOException {
        lock.lock();
        try {
            while (whenReadable == null) {
                await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the server has read everything. */
    void awaitTaken() throws IOException {
        lock.lock();
        try {
            while (serverWritten > serverRead) {
                await();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }
}
