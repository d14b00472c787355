package dev.sluice.core.engine;

import dev.sluice.core.transmission.Transmission;
import dev.sluice.core.util.Timers;
import java.time.Duration;

/**
 * Ends a connection on which nothing has been asked for a time. It looks now and then, so that requests cost nothing: a
 * client has at least the whole time, and at most half of it more.
 */
final class IdleLimit {
    private static final int LOOKS = 2;
    private final Transmission transmission;
    private final Timers timers;
    private final Duration look;
    private final Runnable over;
    private long requests = -1;
    private int quiet;
    private volatile boolean ended;

    private IdleLimit(Transmission transmission, Timers timers, Duration limit, Runnable over) {
        this.transmission = transmission;
        this.timers = timers;
        this.look = limit.dividedBy(LOOKS);
        this.over = over;
    }

    /** Begins to look. */
    static IdleLimit start(Transmission transmission, Timers timers, Duration limit, Runnable over) {
        IdleLimit idle = new IdleLimit(transmission, timers, limit, over);
        timers.after(idle.look, idle::look);
        return idle;
    }

    /** The connection has ended. */
    void end() {
        ended = true;
    }

    private void look() {
        if (ended) {
            return;
        }
        long now = transmission.counters().requests();
        quiet = now == requests && transmission.callsInFlight() == 0 ? quiet + 1 : 0;
        requests = now;
        if (quiet >= LOOKS) {
            over.run();
        } else {
            timers.after(look, this::look);
        }
    }
}
