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

    Waiting(Cancellation cancellation, LongSupplier clock, long nanos) {
        this.cancellation = cancellation;
        this.clock = clock;
        this.nanos = nanos;
        this.deadline = clock.getAsLong() + nanos;
    }

    /**
     * Returns if the caller may go on waiting.
     *
     * @throws NbdException ESHUTDOWN if it is cancelled, EIO if its time is over
     */
    void check() throws NbdException {
        cancellation.check();
        if (deadline - clock.getAsLong() <= 0) {
            throw new NbdException(NbdError.EIO, "the server has not answered for " + nanos / 1_000_000 + " ms");
        }
    }

    /** How long to sleep at most before the next {@link #check}: 1 .. 1000 ms. */
    long sliceMillis() {
        return Math.max(1, Math.min(SLICE_MILLIS, (deadline - clock.getAsLong()) / 1_000_000));
    }
}
