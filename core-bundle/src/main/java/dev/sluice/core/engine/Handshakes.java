package dev.sluice.core.engine;

import dev.sluice.core.chain.Services;
import dev.sluice.core.util.Monitor;
import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Threads for handshakes: so many at once that clients that are slow in theirs leave threads to those that have done with
 * it. Who gets none waits in line, bounded by the connections that there can be.
 */
final class Handshakes {
    private static final int LEAST = 4;
    private static final int SHARE = 4;
    private static final Duration AGAIN = Duration.ofMillis(1);

    private final Services services;
    private final int atOnce;
    private final Runnable crowded;
    private final Monitor monitor;

    // guarded by monitor
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int running;

    /** Who is told when one has to wait returns at once. */
    Handshakes(Services services, Runnable crowded) {
        this.services = services;
        this.atOnce = Math.max(LEAST, services.workers().limit() / SHARE);
        this.crowded = crowded;
        this.monitor = services.platform().monitor("handshakes");
    }

    /** Runs it on a thread of its own, now or when others have ended. */
    void run(Runnable handshake) {
        monitor.lock();
        try {
            if (running >= atOnce) {
                waiting.add(handshake);
                crowded.run();
                return;
            }
            running++;
        } finally {
            monitor.unlock();
        }
        start(handshake);
    }

    private void start(Runnable first) {
        if (!services.workers().tryRun(() -> runAll(first))) {
            services.timers().after(AGAIN, () -> start(first));
        }
    }

    /** This one, and what waits by then. */
    private void runAll(Runnable first) {
        for (Runnable next = first; next != null; next = next()) {
            next.run();
        }
    }

    private Runnable next() {
        monitor.lock();
        try {
            Runnable next = waiting.poll();
            if (next == null) {
                running--;
            }
            return next;
        } finally {
            monitor.unlock();
        }
    }

    /** How many wait for a thread. */
    int waiting() {
        monitor.lock();
        try {
            return waiting.size();
        } finally {
            monitor.unlock();
        }
    }
}
