package dev.sluice.core.metrics;

import dev.sluice.api.runtime.RuntimeObserver;
import dev.sluice.api.runtime.SlowRequest;
import dev.sluice.api.runtime.SwapRecord;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Who is told of slow requests, swaps and changes. What an observer throws does not reach who tells it. */
public final class Observers {
    private static final System.Logger LOG = System.getLogger("dev.sluice.runtime");

    private final CopyOnWriteArrayList<Entry> all = new CopyOnWriteArrayList<>();
    private volatile long slowNanos = Long.MAX_VALUE;

    private record Entry(RuntimeObserver observer, long slowNanos) {
    }

    /** Tells this one, too, until the answer is closed. */
    public AutoCloseable add(RuntimeObserver observer, Duration slow) {
        Entry entry = new Entry(observer, slow == null ? Long.MAX_VALUE : slow.toNanos());
        all.add(entry);
        update();
        return () -> {
            all.remove(entry);
            update();
        };
    }

    private void update() {
        synchronized (all) {
            slowNanos = all.stream().mapToLong(Entry::slowNanos).min().orElse(Long.MAX_VALUE);
        }
    }

    /** Whether somebody wants to know of a request that took so long. */
    public boolean isSlow(long nanos) {
        return nanos > slowNanos;
    }

    /** Tells of a slow request. */
    public void slow(SlowRequest request) {
        long nanos = request.took().toNanos();
        tell(e -> {
            if (nanos > e.slowNanos) {
                e.observer.slow(request);
            }
        });
    }

    /** Tells of a swap. */
    public void swapped(SwapRecord swap) {
        tell(e -> e.observer.swapped(swap));
    }

    /** Tells that something has come or gone. */
    public void changed() {
        tell(e -> e.observer.changed());
    }

    private void tell(Consumer<Entry> what) {
        for (Entry entry : all) {
            try {
                what.accept(entry);
            } catch (RuntimeException | Error e) {
                LOG.log(System.Logger.Level.WARNING, "an observer failed", e);
            }
        }
    }
}
