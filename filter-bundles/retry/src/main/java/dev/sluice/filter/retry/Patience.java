package dev.sluice.filter.retry;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Parameters;
import java.time.Duration;

/**
 * How often and how fast the layer behind is opened again. Immutable.
 *
 * @param retries how many times for each request, 0 .. 2^31-1
 * @param delay before the first time, above zero
 * @param exponential whether each wait is twice the one before
 * @param readOnly whether what is opened again is only read
 */
record Patience(int retries, Duration delay, boolean exponential, boolean readOnly) {
    /** So that doubling ends somewhere: more than four months. */
    private static final Duration MAX = Duration.ofSeconds(10_000_000);

    static Patience from(Parameters parameters) {
        Duration delay = parameters.delay("retry-delay");
        if (delay.isZero()) {
            throw new ConfigException("retry: retry-delay=" + parameters.string("retry-delay") + ": the wait can't be 0");
        }
        return new Patience((int) parameters.integer("retries", 0, Integer.MAX_VALUE), delay, parameters.bool("retry-exponential"),
                parameters.bool("retry-readonly"));
    }

    /** The wait after this one. */
    Duration after(Duration wait) {
        return !exponential || wait.compareTo(MAX) > 0 ? wait : wait.multipliedBy(2);
    }
}
