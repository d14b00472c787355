package dev.sluice.core.engine;

import dev.sluice.core.chain.Services;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * When threads or memory run out, clients that hold some and do not move are sent away: those that leave the rest of a
 * handshake or of a request out, or do not take their replies. While there is enough for all nobody is looked at, and a
 * client may take its time.
 */
final class Relief {
    /** A client that has not moved for this long may be sent away. */
    static final Duration PATIENCE = Duration.ofSeconds(2);
    /** Between two looks. */
    static final Duration LOOK = Duration.ofSeconds(1);
    /** Of those that do not move, a look sends away one in so many, those first that have not for longest, ... */
    private static final int SHARE = 4;
    /** ... and at least so many. */
    private static final int LEAST = 16;
    /** Looks without a shortage before the last one: two tell who does not move. */
    private static final int QUIET_LOOKS = 4;
    private static final System.Logger LOG = System.getLogger("dev.sluice.engine");

    private final Services services;
    private final Supplier<? extends List<? extends Holder>> holders;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean shortage;
    // of the thread of timers
    private int quiet;

    Relief(Services services, Supplier<? extends List<? extends Holder>> holders) {
        this.services = services;
        this.holders = holders;
    }

    /** One that may hold threads and memory: a connection. */
    interface Holder {
        /** For how long it has held some without doing its part, in nanoseconds; asked by one thread. */
        long stalledNanos(long now);

        /** It has to go. */
        void sendAway(String why);
    }

    /** Something has run out; returns at once. */
    void needed() {
        shortage = true;
        if (looking.compareAndSet(false, true)) {
            services.timers().after(Duration.ZERO, this::look);
        }
    }

    private void look() {
        boolean now = shortage;
        shortage = false;
        quiet = now ? 0 : quiet + 1;
        List<Stalled> stalled = stalled();
        if (now) {
            sendAway(stalled);
        }
        if (quiet < QUIET_LOOKS) {
            services.timers().after(LOOK, this::look);
            return;
        }
        looking.set(false);
        if (shortage) {
            // in the last moment
            needed();
        }
    }

    private record Stalled(Holder holder, long nanos) {
    }

    private List<Stalled> stalled() {
        long now = services.platform().nanoTime();
        List<Stalled> stalled = new ArrayList<>();
        for (Holder h : holders.get()) {
            long nanos = h.stalledNanos(now);
            if (nanos >= PATIENCE.toNanos()) {
                stalled.add(new Stalled(h, nanos));
            }
        }
        stalled.sort(Comparator.comparingLong(Stalled::nanos).reversed());
        return stalled;
    }

    private void sendAway(List<Stalled> stalled) {
        int n = Math.min(stalled.size(), Math.max(LEAST, stalled.size() / SHARE));
        for (Stalled s : stalled.subList(0, n)) {
            s.holder().sendAway("it has not moved for " + s.nanos() / 1_000_000 + " ms, and others need its thread or memory");
        }
        if (n > 0) {
            LOG.log(System.Logger.Level.WARNING, "threads or memory have run out: " + n + " of " + stalled.size()
                    + " clients that do not move are sent away");
        }
    }
}
