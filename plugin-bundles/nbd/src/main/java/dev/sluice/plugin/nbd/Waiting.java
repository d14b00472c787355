package dev.sluice.plugin.nbd;

import dev.sluice.api.Cancellation;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.util.function.LongSupplier;

/** How long one caller waits, and what it says when it can't any longer. One object for one call. */
final class Waiting {
    /** Nobody sleeps longer without looking again. */
    private static final long SLICE_MILLIS = 1000;

    private final Cancellation cancellation;
    private final LongSupplier clock;
    private final long deadline;
    private final long nanos;
    /** For how long it goes on after it has seen that it is cancelled, and since when. */
    private final long patience;
    private long cancelledAt;
    private boolean cancelled;

    Waiting(Cancellation cancellation, LongSupplier clock, long nanos) {
        this(cancellation, clock, nanos, clock.getAsLong() + nanos, 0);
    }

    private Waiting(Cancellation cancellation, LongSupplier clock, long nanos, long deadline, long patience) {
        this.cancellation = cancellation;
        this.clock = clock;
        this.nanos = nanos;
        this.deadline = deadline;
        this.patience = patience;
    }

    /** The same, but it goes on for so long after a cancellation: for what can't be broken off without harm for others. */
    Waiting patient(long afterCancellation) {
        return new Waiting(cancellation, clock, nanos, deadline, afterCancellation);
    }

    /**
     * Returns if the caller may go on waiting.
     *
     * @throws GivenUpException ESHUTDOWN if it is cancelled, EIO if its time is over
     */
    void check() throws GivenUpException {
        long now = clock.getAsLong();
        try {
            cancellation.check();
        } catch (NbdException e) {
            if (!cancelled) {
                cancelled = true;
                cancelledAt = now;
            }
            if (now - cancelledAt >= patience) {
                throw new GivenUpException(e.error(), e.getMessage());
            }
        }
        if (deadline - now <= 0) {
            throw new GivenUpException(NbdError.EIO, "the server has not answered for " + nanos / 1_000_000 + " ms");
        }
    }

    /** How long to sleep at most before the next {@link #check}: 1 .. 1000 ms. */
    long sliceMillis() {
        return Math.max(1, Math.min(SLICE_MILLIS, (deadline - clock.getAsLong()) / 1_000_000));
    }
}
