package dev.sluice.filter.multiconn;

import dev.sluice.api.Cancellation;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Connections that share their data, and the flushes that cover all of them. One flush runs at a time: one that finds
 * nothing to do must not be answered before the one that is doing it has ended. Safe for use by several threads.
 */
final class Group {
    /** How often a wait looks whether it should still go on. */
    private static final int PERIOD_MILLIS = 200;
    /** How often a connection that ends looks, before it ends without its turn: 30 s. */
    private static final int PATIENCE = 150;

    private final Tracking tracking;
    private final CopyOnWriteArrayList<Member> members = new CopyOnWriteArrayList<>();
    private final ReentrantLock flushing = new ReentrantLock();
    /** Whether anybody has written since the last flush of all, also somebody who has left. */
    private volatile boolean dirty = true;
    /** Changes of a connection that has left could not be flushed; the next flush says so. */
    private volatile boolean lost;

    Group(Tracking tracking) {
        this.tracking = tracking;
    }

    void join(Member member) {
        members.add(member);
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    boolean hasLost() {
        return lost;
    }

    void markLost() {
        lost = true;
    }

    /** A request of this connection has changed something; called before it is answered. */
    void wrote(Member member) {
        if (tracking != Tracking.OFF) {
            member.markWritten();
            if (!dirty) {
                dirty = true;
            }
        }
    }

    /** A request of this connection has read something. */
    void read(Member member) {
        if (tracking == Tracking.CONNECTION) {
            member.markRead();
        }
    }

    /**
     * The end of a connection. What it has written stays covered by a later flush on another connection.
     *
     * @param flush whether to flush what it has written
     * @throws IOException that failed; the next flush of another connection says so too
     */
    void leave(Member member, boolean flush) throws IOException {
        boolean locked = false;
        try {
            locked = lock(member.cancellation, PATIENCE);
            if (!locked) {
                throw new NbdException(NbdError.EIO, "another connection's flush does not end");
            }
            if (flush && (tracking == Tracking.OFF || member.isUnflushed())) {
                member.clear();
                member.next.flush();
                // others may have old data in their caches still
                dirty = true;
            }
        } catch (IOException e) {
            lost |= flush;
            throw e;
        } finally {
            members.remove(member);
            if (locked) {
                flushing.unlock();
            }
        }
    }

    /**
     * Flushes everything that any connection has written, so that afterwards every connection reads it.
     *
     * @throws IOException a flush of this or of another connection failed; nothing counts as flushed then
     */
    void flushAll(Member self) throws IOException {
        lock(self.cancellation, Integer.MAX_VALUE);
        try {
            if (lost) {
                lost = false;
                dirty = true;
                throw new NbdException(NbdError.EIO, "what a connection had written that has ended could not be flushed");
            }
            boolean all = tracking != Tracking.CONNECTION;
            boolean written = dirty;
            if (tracking == Tracking.FAST && !written) {
                return;
            }
            dirty = false;
            List<Member> others = members.stream().filter(m -> m != self).toList();
            try {
                for (Member m : others) {
                    if (all || m.hasWritten()) {
                        flushOther(m);
                        written = true;
                    }
                }
                written |= self.hasWritten();
                if (all || self.hasWritten() || written && self.hasRead()) {
                    flushOwn(self);
                }
                // only now the data of all connections are behind; whoever has read meanwhile may have older ones
                for (Member m : others) {
                    if (all || written && m.hasRead()) {
                        flushOther(m);
                    }
                }
            } catch (IOException | RuntimeException e) {
                dirty = true;
                throw e;
            }
        } finally {
            flushing.unlock();
        }
    }

    /**
     * Flushes this connection, if there is something to flush.
     *
     * @param covers whether the layer behind flushes all connections by one flush
     */
    void flushOne(Member self, boolean covers) throws IOException {
        if (tracking == Tracking.OFF) {
            self.next.flush();
            return;
        }
        lock(self.cancellation, Integer.MAX_VALUE);
        try {
            if (tracking == Tracking.FAST || covers) {
                if (dirty) {
                    dirty = false;
                    flushOwnOrStayDirty(self);
                }
            } else if (self.hasRead() || members.stream().anyMatch(Member::hasWritten)) {
                flushOwn(self);
            }
        } finally {
            flushing.unlock();
        }
    }

    private void flushOwnOrStayDirty(Member self) throws IOException {
        try {
            flushOwn(self);
        } catch (IOException | RuntimeException e) {
            dirty = true;
            throw e;
        }
    }

    private static void flushOwn(Member self) throws IOException {
        self.clear();
        try {
            self.next.flush();
        } catch (IOException | RuntimeException e) {
            self.assumeWorst();
            throw e;
        }
    }

    private static void flushOther(Member other) throws IOException {
        if (!other.next.info().canFlush()) {
            return;
        }
        try {
            flushOwn(other);
        } catch (NbdException e) {
            // an error that says that its connection ends would tell this client that its own does
            throw e.error() == NbdError.ESHUTDOWN
                    ? new NbdException(NbdError.EIO, "another connection can't be flushed: " + e.getMessage(), e)
                    : e;
        }
    }

    private boolean lock(Cancellation cancellation, int patience) throws IOException {
        try {
            // a turn that is free is taken even at the very end: a connection that is cut off may still be flushed
            boolean locked = flushing.tryLock();
            for (int i = 0; !locked && i < patience; i++) {
                cancellation.check();
                locked = flushing.tryLock(PERIOD_MILLIS, TimeUnit.MILLISECONDS);
            }
            return locked;
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** The core never interrupts; whoever did so wants the thread back. */
    private static NbdException interrupted() {
        Thread.currentThread().interrupt();
        return new NbdException(NbdError.EIO, "interrupted while waiting for another connection");
    }
}
