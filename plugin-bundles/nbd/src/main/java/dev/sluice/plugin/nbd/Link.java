package dev.sluice.plugin.nbd;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.util.Failures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection in transmission, for requests of many threads at once and without a thread of its own: of the callers
 * that wait for replies one reads for all, and passes that on when its own reply has come. A caller that can't send
 * because the server does not take any more reads as well, so that the two never wait for each other.
 *
 * <p>After a failure the link is of no use; all its requests fail.
 */
final class Link implements Replies.Requests {
    /** How long a caller that can't send waits before it looks for replies again. */
    private static final int BLOCKED_MILLIS = 10;
    /** How long a caller that is cancelled goes on with a request that is half sent, for the sake of the others on this link. */
    private static final long PATIENCE_NANOS = 500_000_000L;

    private final Wire wire;
    private final Facts facts;
    private final Replies replies;
    private final Runnable onLoss;
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock sending = new ReentrantLock();
    private final ByteBuffer header = ByteBuffer.allocateDirect(Proto.REQUEST_SIZE);
    private final ByteBuffer[] headerOnly = {header};
    private final ByteBuffer[] headerAndData = {header, null};
    private final Map<Long, Pending> requests = new HashMap<>();
    private long lastCookie;
    private boolean reading;
    private volatile int inside;
    private boolean freed;
    private volatile IOException failure;

    /** Takes a wire on which the handshake is over. */
    Link(Wire wire, Facts facts, Runnable onLoss) {
        this.wire = wire;
        this.facts = facts;
        this.onLoss = onLoss;
        this.replies = new Replies(wire, facts, this);
    }

    Facts facts() {
        return facts;
    }

    boolean isLost() {
        return failure != null;
    }

    /** Requests under way; a rough number. */
    int load() {
        return inside;
    }

    Pending request(int command, long offset, int length, ByteBuffer target) {
        return new Pending(command, offset, length, target, lock.newCondition());
    }

    /**
     * Sends a request and waits for its reply.
     *
     * @param data of a write, null for others
     * @throws LostException if the connection is gone
     * @throws NbdException the server's error, or that of {@code waiting}
     */
    void call(Pending p, int flags, ByteBuffer data, Waiting waiting) throws IOException {
        enter(p);
        try {
            send(p, flags, data, waiting);
            await(p, waiting);
            if (p.error != null) {
                throw p.error;
            }
        } finally {
            leave(p);
        }
    }

    private void enter(Pending p) throws LostException {
        lock.lock();
        try {
            if (failure != null) {
                throw lost();
            }
            inside = inside + 1;
            p.cookie = ++lastCookie;
            requests.put(p.cookie, p);
        } finally {
            lock.unlock();
        }
    }

    /** The caller goes, and takes its buffer with it: nobody may be writing into it. */
    private void leave(Pending p) {
        lock.lock();
        try {
            if (!p.done) {
                replies.abandon(p);
            }
            inside = inside - 1;
            if (!reading) {
                // It may have been this one's turn to read.
                signalNext();
            }
            freeIfUnused();
        } finally {
            lock.unlock();
        }
    }

    private void send(Pending p, int flags, ByteBuffer data, Waiting waiting) throws IOException {
        boolean begun = false;
        lockSending(p, waiting);
        try {
            header.clear().putInt(Proto.REQUEST).putShort((short) flags).putShort((short) p.command).putLong(p.cookie).putLong(p.offset)
                    .putInt(p.length).flip();
            headerAndData[1] = data;
            ByteBuffer[] all = data == null ? headerOnly : headerAndData;
            Waiting now = waiting;
            while (header.hasRemaining() || data != null && data.hasRemaining()) {
                if (wire.send(all) > 0) {
                    if (!begun) {
                        begun = true;
                        now = waiting.patient(PATIENCE_NANOS);
                    }
                } else {
                    readWhileBlocked(now);
                    now.check();
                    wire.awaitWritable(BLOCKED_MILLIS);
                }
            }
        } catch (NbdException e) {
            if (begun) {
                fail(e, true);
            } else {
                forget(p);
            }
            throw e;
        } catch (IOException e) {
            fail(e, true);
            throw lost();
        } finally {
            headerAndData[1] = null;
            sending.unlock();
        }
    }

    private void lockSending(Pending p, Waiting waiting) throws IOException {
        try {
            while (!sending.tryLock() && !sending.tryLock(waiting.sliceMillis(), TimeUnit.MILLISECONDS)) {
                waiting.check();
            }
        } catch (NbdException e) {
            forget(p);
            throw e;
        } catch (InterruptedException e) {
            forget(p);
            throw interrupted();
        }
    }

    /** Takes what has come, if nobody else reads. */
    private void readWhileBlocked(Waiting waiting) throws IOException {
        lock.lock();
        try {
            if (reading) {
                return;
            }
            reading = true;
        } finally {
            lock.unlock();
        }
        try {
            while (wire.poll()) {
                replies.one(waiting);
            }
        } catch (GivenUpException e) {
            throw e;
        } catch (IOException e) {
            fail(e, true);
            throw lost();
        } finally {
            passOn();
        }
    }

    private void await(Pending p, Waiting waiting) throws IOException {
        while (!p.done) {
            boolean mine;
            lock.lock();
            try {
                if (p.done) {
                    return;
                }
                if (failure != null) {
                    throw lost();
                }
                mine = !reading;
                reading = true;
                if (!mine) {
                    p.waiting = true;
                    p.changed.await(waiting.sliceMillis(), TimeUnit.MILLISECONDS);
                    p.waiting = false;
                }
            } catch (InterruptedException e) {
                throw interrupted();
            } finally {
                lock.unlock();
            }
            if (mine) {
                read(p, waiting);
            }
            if (!p.done) {
                checkOrFail(waiting);
            }
        }
    }

    /** Reads for all until the own reply has come, or the caller can't wait any longer. */
    private void read(Pending p, Waiting waiting) throws IOException {
        try {
            while (!p.done) {
                replies.one(waiting);
            }
        } catch (GivenUpException e) {
            // another caller goes on where this one stops
            return;
        } catch (IOException e) {
            fail(e, true);
            throw lost();
        } finally {
            passOn();
        }
    }

    /** A server that does not answer in time is gone; a caller that is cancelled goes alone. */
    private void checkOrFail(Waiting waiting) throws IOException {
        try {
            waiting.check();
        } catch (NbdException e) {
            if (e.error() != NbdError.ESHUTDOWN) {
                fail(e, true);
            }
            throw e;
        }
    }

    private void passOn() {
        lock.lock();
        try {
            reading = false;
            signalNext();
        } finally {
            lock.unlock();
        }
    }

    private void signalNext() {
        for (Pending p : requests.values()) {
            if (p.waiting) {
                p.changed.signal();
                return;
            }
        }
    }

    @Override
    public Pending find(long cookie) {
        lock.lock();
        try {
            return requests.get(cookie);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void end(Pending p) {
        lock.lock();
        try {
            requests.remove(p.cookie);
            p.done = true;
            p.changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void forget(Pending p) {
        lock.lock();
        try {
            requests.remove(p.cookie);
        } finally {
            lock.unlock();
        }
    }

    /** Whoever waits looks whether it was cancelled. */
    void wake() {
        lock.lock();
        try {
            requests.values().forEach(p -> p.changed.signalAll());
        } finally {
            lock.unlock();
        }
        wire.wake();
    }

    private void fail(IOException why, boolean loss) {
        boolean first;
        lock.lock();
        try {
            first = failure == null;
            if (first) {
                failure = why;
                wire.close();
                requests.values().forEach(p -> p.changed.signalAll());
                requests.clear();
                freeIfUnused();
            }
        } finally {
            lock.unlock();
        }
        if (first && loss) {
            onLoss.run();
        }
    }

    private void freeIfUnused() {
        if (failure != null && inside == 0 && !freed) {
            freed = true;
            wire.free();
        }
    }

    /** Says goodbye; no call is inside. */
    void close() {
        if (failure == null) {
            header.clear().putInt(Proto.REQUEST).putShort((short) 0).putShort((short) Proto.DISC).putLong(++lastCookie)
                    .putLong(0).putInt(0).flip();
            try {
                wire.send(headerOnly);
            } catch (IOException e) {
                // it is closed all the same
                fail(e, false);
            }
        }
        fail(new IOException("closed"), false);
    }

    /** Takes and drops what the server still owes to callers that have gone, as long as this may wait. No call is inside. */
    void settle(Waiting waiting) {
        try {
            while (isOwed()) {
                replies.one(waiting);
            }
        } catch (GivenUpException e) {
            // it can't be handed over
            return;
        } catch (IOException e) {
            fail(e, true);
        }
    }

    private boolean isOwed() {
        lock.lock();
        try {
            return failure == null && !requests.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The socket for a successor; null if it can't be used any more. No call is inside.
     */
    SocketChannel detach() {
        lock.lock();
        try {
            if (failure != null || !requests.isEmpty() || wire.poll()) {
                return null;
            }
            failure = new IOException("handed over");
            freed = true;
            return wire.detach();
        } catch (IOException e) {
            fail(e, true);
            return null;
        } finally {
            lock.unlock();
        }
    }

    private LostException lost() {
        return new LostException(Failures.reason(failure), failure);
    }

    private static NbdException interrupted() {
        // the core never interrupts; whoever did so wants the thread back
        Thread.currentThread().interrupt();
        return new NbdException(NbdError.ESHUTDOWN, "interrupted");
    }
}
