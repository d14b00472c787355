package dev.sluice.filter.retryrequest;

import dev.sluice.api.Cancellation;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * How often and how fast one more attempt is made. Immutable.
 *
 * @param retries how many attempts after the first one, 0 .. 1000
 * @param delay between two attempts, above zero
 */
record Attempts(int retries, Duration delay) {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.retry-request");

    /**
     * Waits before the next attempt.
     *
     * @param made how many retries there were before
     * @throws IOException the failure, if it was the last attempt or the device must close
     */
    void next(String operation, int made, IOException failure, Cancellation cancellation) throws IOException {
        if (made >= retries || cancellation.isCancelled()) {
            throw failure;
        }
        LOG.log(Level.DEBUG, () -> operation + " failed (" + failure.getMessage() + "), retry " + (made + 1) + " of " + retries + " in "
                + delay.toMillis() + " ms");
        try {
            cancellation.sleep(delay);
        } catch (NbdException cancelled) {
            // what went wrong says more than that there is no time left to try again
            throw failure;
        }
    }

    /** A fast zero that can't be fast is an answer and no failure. */
    static boolean isAnswer(Flags flags, IOException failure) {
        return flags.fastZero() && failure instanceof NbdException e && e.error() == NbdError.ENOTSUP;
    }
}
