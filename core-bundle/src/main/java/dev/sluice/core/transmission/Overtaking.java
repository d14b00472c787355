package dev.sluice.core.transmission;

import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.chain.Services;
import dev.sluice.core.util.Workers;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Who leads one connection, and when a follower takes that over: the leader sits in a call for a whole tick of the
 * {@link Watcher}, or in a send for many. {@link Leadership} decides between the two threads; this sends the follower and
 * counts what the old leader still does.
 *
 * <p>The leader announces itself, and tells when it has done what it was overtaken in; the watcher's thread looks; a worker
 * follows.
 */
final class Overtaking {
    /**
     * After so many ticks in one send a follower reads on: the client may wait for its own sending to end before it takes a reply.
     * A large reply takes some of them anyway, and would only be delayed by a second thread.
     */
    private static final int SEND_TICKS = 10;

    private final Watcher watcher;
    private final Workers workers;
    private final BufferPool pool;
    private final InFlight inFlight;
    private final Accounting accounting;
    private final Consumer<Leadership> lead;
    private volatile Leadership leader;
    private volatile boolean watched;
    /** Leaders that were overtaken while they sent, and still do. */
    private final AtomicInteger sendersOvertaken = new AtomicInteger();
    // the watcher's own
    private int quietTicks;
    private int lastCalls;

    /** @param lead what a follower does from then on, on its own thread */
    Overtaking(Watcher watcher, Services services, InFlight inFlight, Accounting accounting, Consumer<Leadership> lead) {
        this.watcher = watcher;
        this.workers = services.workers();
        this.pool = services.buffers();
        this.inFlight = inFlight;
        this.accounting = accounting;
        this.lead = lead;
    }

    /** Who leads from now on; null while the connection is parked. */
    void setLeader(Leadership now) {
        leader = now;
    }

    /** By a leader, in the call or send already: a watcher that stops to watch in this moment sees either that or the announcement. */
    void announce() {
        if (!watched) {
            watch();
        }
    }

    private void watch() {
        watched = true;
        if (!watcher.watch(this)) {
            watched = false;
        }
    }

    /** The connection ends. */
    void end() {
        watcher.forget(this);
    }

    /** A leader that was overtaken in a call has answered it. */
    void callDone(Leadership old, boolean sent) {
        giveBack(old, sent);
        inFlight.end(0);
    }

    /** A leader that was overtaken while it sent has ended that. */
    void sendDone(Leadership old, boolean sent) {
        giveBack(old, sent);
        sendersOvertaken.decrementAndGet();
        inFlight.end(0);
    }

    private static void giveBack(Leadership old, boolean sent) {
        if (sent) {
            old.release();
        } else {
            // the output has its batch
            old.releaseInput();
        }
    }

    /** A look at the leader, by the watcher; false if there is nothing to watch any more. */
    boolean tick() {
        Leadership l = leader;
        int call = l == null ? -1 : l.currentCall();
        if (call < 0) {
            return tickOfQuiet(l == null ? 0 : l.calls());
        }
        quietTicks = 0;
        l.looks = l.seen == call ? l.looks + 1 : 0;
        l.seen = call;
        if (l.sentFor != call) {
            boolean sends = l.isSending();
            if (sends ? l.looks >= SEND_TICKS && mayReadOn() : l.looks > 0) {
                l.sentFor = call;
                Runnable follow = sends ? () -> overtakeSend(l, call) : () -> overtakeCall(l, call);
                if (!workers.tryRun(follow)) {
                    l.sentFor = -1;
                }
            }
        }
        return true;
    }

    private boolean tickOfQuiet(int calls) {
        if (calls != lastCalls) {
            lastCalls = calls;
            quietTicks = 0;
        } else if (++quietTicks == Watcher.QUIET) {
            // From now on a leader announces itself; one that did not see this in time is seen at the next look.
            watched = false;
        }
        if (quietTicks <= Watcher.QUIET) {
            return true;
        }
        // Who has announced itself meanwhile, for a call that no look has seen, stays for as long as another.
        quietTicks = 0;
        return false;
    }

    /**
     * Whether a follower may take over the input of a leader that sends. One sender beside the leader is enough: the others only
     * queue. A client that takes its replies slowly has two threads for that reason, and so only while there are many.
     */
    private boolean mayReadOn() {
        return sendersOvertaken.get() == 0 && workers.isRoomy();
    }

    /** Whether this relies on being looked at, although a look may have found it quiet. */
    boolean isWatched() {
        return watched;
    }

    /** Runs on a follower's thread. */
    private void overtakeCall(Leadership old, int call) {
        Leadership follower = Leadership.tryCreate(pool);
        if (follower == null) {
            // There is no memory now: the watcher sends another one.
            old.sentFor = -1;
            return;
        }
        inFlight.overtaken();
        Batch finished = old.overtake(call, follower);
        if (finished == null) {
            // In this order: whoever waits for the calls of a connection finds its memory given back.
            follower.release();
            inFlight.end(0);
            return;
        }
        accounting.stuck(old.request);
        // Its own before anything else, so that it can be overtaken in turn if the client does not take this.
        follower.batch.release();
        follower.batch = finished;
        leader = follower;
        lead.accept(follower);
    }

    /** Runs on a follower's thread. */
    private void overtakeSend(Leadership old, int send) {
        Leadership follower = Leadership.tryCreate(pool);
        if (follower == null) {
            old.sentFor = -1;
            return;
        }
        inFlight.overtaken();
        sendersOvertaken.incrementAndGet();
        if (!old.overtakeSend(send, follower)) {
            sendDone(follower, true);
            return;
        }
        leader = follower;
        lead.accept(follower);
    }
}
