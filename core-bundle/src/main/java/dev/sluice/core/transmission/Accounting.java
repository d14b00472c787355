package dev.sluice.core.transmission;

import dev.sluice.api.runtime.SlowRequest;
import dev.sluice.core.export.OpenConnection;
import dev.sluice.core.metrics.Observers;
import dev.sluice.core.metrics.RequestCounters;
import dev.sluice.core.protocol.Command;
import java.time.Duration;

/**
 * What the requests of one connection need and have taken: tells it to the counters, to {@link Pace}, and to whoever
 * wants to hear of slow requests. Any number of threads; of those that say they are the leader, one at a time.
 */
final class Accounting {
    /** A status of very many extents needs so many bytes, before and while it is sent. */
    private static final long MOST_STATUS = 32 << 20;

    private final OpenConnection open;
    private final RequestCounters counters;
    private final Observers observers;
    private final Pace pace;

    Accounting(OpenConnection open, Observers observers) {
        this.open = open;
        this.pace = new Pace(open.trials());
        this.counters = open.count();
        this.observers = observers;
    }

    RequestCounters counters() {
        return counters;
    }

    /** What a request may need while it runs, in bytes: a status does not say how much there will be to tell. */
    static long reserved(Request r) {
        return r.type == Command.BLOCK_STATUS ? Math.min(r.length, MOST_STATUS) : moved(r);
    }

    /** Only reads and writes hold memory; the length of other requests says nothing about what they need. */
    private static long moved(Request r) {
        return r.type <= Command.WRITE ? r.length : 0;
    }

    /** Whether calls of this type take long lately. */
    boolean isSlow(int type) {
        return pace.isSlow(type);
    }

    /** Whether requests of this type are better run by workers. */
    boolean isForWorkers(int type) {
        return pace.isForWorkers(type);
    }

    /** A call of a leader that was overtaken has ended. */
    void stuckEnded() {
        pace.stuckEnded();
    }

    /** The call of a leader sits where it is. This comes from another thread, and the request may be another one by now. */
    void stuck(Request r) {
        pace.stuck(r.type & 7);
    }

    /**
     * A call has returned.
     *
     * @param nanos that it took, without the parts of a large write before it
     * @param alone by the leader, which still is the leader
     * @param now when it returned
     */
    void ran(Request r, long nanos, boolean error, boolean alone, long now) {
        pace.record(r.type, nanos, moved(r) - r.taken);
        pace.ended(r.type, now);
        count(r, nanos + r.spent, error, alone);
    }

    /** A part of a large write has taken this long. */
    void ranPart(Request r, long nanos, int bytes) {
        r.spent += nanos;
        pace.record(r.type, nanos, bytes);
    }

    /** The leader could not run the rest of a large write, of which a part was run. */
    void failedAfterPart(Request r) {
        count(r, r.spent, true, true);
    }

    /** A request was not run. */
    void refused(Request r) {
        counters.refused(r.type);
    }

    private void count(Request r, long took, boolean error, boolean alone) {
        if (alone) {
            counters.leaderDid(r.type, took, moved(r), error);
        } else {
            counters.did(r.type, took, moved(r), error);
        }
        if (observers.isSlow(took)) {
            tell(r, took, error);
        }
    }

    private void tell(Request r, long took, boolean error) {
        observers.slow(new SlowRequest(open.export(), open.connection(), RequestCounters.operation(r.type), r.offset, r.length,
                Duration.ofNanos(took), error));
    }
}
