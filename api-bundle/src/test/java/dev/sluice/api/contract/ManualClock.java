package dev.sluice.api.contract;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Time that passes only when a test says so. Safe for use by several threads. */
public final class ManualClock implements LongSupplier {
    private final AtomicLong nanos = new AtomicLong(1_000_000_000L);

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    /** Lets this much time pass at once. */
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
