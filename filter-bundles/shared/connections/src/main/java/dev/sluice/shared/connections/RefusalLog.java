package dev.sluice.shared.connections;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a layer logs of clients that it turns away: the first of them one by one, then each thousandth, so that somebody who tries
 * again and again can't fill the log. Safe for use by several threads.
 */
public final class RefusalLog {
    /** Clients that are named one by one. */
    static final int FIRST = 20;
    private static final int ONCE_IN = 1000;

    private final System.Logger log;
    private final AtomicLong refused = new AtomicLong();

    /** None yet. */
    public RefusalLog(System.Logger log) {
        this.log = log;
    }

    /** One is turned away. */
    public void refused(String line) {
        long n = refused.incrementAndGet();
        if (n < FIRST) {
            log.log(System.Logger.Level.WARNING, line);
        } else if (n == FIRST || n % ONCE_IN == 0) {
            log.log(System.Logger.Level.WARNING, line + " (" + n + " clients were turned away until now; from the "
                    + FIRST + "th on, each thousandth is logged)");
        }
    }
}
