package dev.sluice.core.util;

import java.time.Duration;

/**
 * A point in time by which something must have happened, on a {@link Clock}. The one place where remaining time is
 * computed.
 */
public final class Deadline {
    private final Clock clock;
    private final long at;

    private Deadline(Clock clock, long at) {
        this.clock = clock;
        this.at = at;
    }

    /** This long from now; more than a century counts as a century. */
    public static Deadline after(Clock clock, Duration time) {
        Duration bounded = time.compareTo(Duration.ofDays(36500)) > 0 ? Duration.ofDays(36500) : time;
        return new Deadline(clock, clock.nanoTime() + bounded.toNanos());
    }

    /** Whether the time is over. */
    public boolean isOver() {
        return remainingNanos() == 0;
    }

    /** Nanoseconds left; zero when the time is over. */
    public long remainingNanos() {
        return Math.max(0, at - clock.nanoTime());
    }
}
