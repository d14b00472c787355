package dev.sluice.shared.script;

import dev.sluice.api.Cancellation;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.util.function.LongSupplier;

/** Says when a child must not run any longer. */
interface Stop {
    /** For the calls that clean up after everything else was cancelled: this long, in seconds. */
    int CLEANUP_SECONDS = 10;

    /**
     * Returns if the child may go on.
     *
     * @throws NbdException if it is to be killed, with what the caller shall see
     */
    void check() throws NbdException;

    /** When this is cancelled. */
    static Stop on(Cancellation cancellation) {
        return cancellation::check;
    }

    /** After {@link #CLEANUP_SECONDS}, whatever else happens. */
    static Stop soon(LongSupplier clock, String method) {
        long start = clock.getAsLong();
        return () -> {
            if (clock.getAsLong() - start > CLEANUP_SECONDS * 1_000_000_000L) {
                throw new NbdException(NbdError.EIO, method + " did not end within " + CLEANUP_SECONDS + " seconds and was killed");
            }
        };
    }
}
