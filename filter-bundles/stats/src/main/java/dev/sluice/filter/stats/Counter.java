package dev.sluice.filter.stats;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the requests of one operation. Counting allocates nothing. Safe for use by several threads. */
final class Counter {
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong longest = new AtomicLong();
    private final Latencies latencies = new Latencies();
    private final Shapes shapes = new Shapes();

    /** A request has succeeded; a length of 0 is one that has none. */
    void succeeded(long offset, long length, long took) {
        requests.getAndIncrement();
        bytes.getAndAdd(length);
        nanos.getAndAdd(took);
        latencies.add(took);
        if (took > longest.get()) {
            longest.accumulateAndGet(took, Math::max);
        }
        if (length > 0) {
            shapes.add(offset, length);
        }
    }

    void failed() {
        failures.getAndIncrement();
    }

    boolean isEmpty() {
        return requests.get() == 0 && failures.get() == 0;
    }

    void take(Counter other) {
        requests.getAndAdd(other.requests.getAndSet(0));
        failures.getAndAdd(other.failures.getAndSet(0));
        bytes.getAndAdd(other.bytes.getAndSet(0));
        nanos.getAndAdd(other.nanos.getAndSet(0));
        longest.accumulateAndGet(other.longest.getAndSet(0), Math::max);
        latencies.take(other.latencies);
        shapes.take(other.shapes);
    }

    Map<String, Object> state() {
        Map<String, Object> state = new HashMap<>(Map.of("requests", requests.get(), "failures", failures.get(), "bytes", bytes.get(),
                "nanos", nanos.get(), "longest", longest.get(), "latencies", latencies.counts()));
        rows().forEach((size, row) -> state.put("size " + size, row));
        return state;
    }

    void add(Map<?, ?> state) {
        requests.getAndAdd(number(state, "requests"));
        failures.getAndAdd(number(state, "failures"));
        bytes.getAndAdd(number(state, "bytes"));
        nanos.getAndAdd(number(state, "nanos"));
        longest.accumulateAndGet(number(state, "longest"), Math::max);
        if (state.get("latencies") instanceof long[] counts) {
            latencies.add(counts);
        }
        for (int size = 0; size < Shapes.SIZES; size++) {
            if (state.get("size " + size) instanceof long[] row) {
                shapes.add(size, row);
            }
        }
    }

    private static long number(Map<?, ?> state, String key) {
        return state.get(key) instanceof Long l ? l : 0;
    }

    Summary summary(String name) {
        return new Summary(name, requests.get(), failures.get(), bytes.get(), nanos.get(), longest.get(), latencies.counts(), rows());
    }

    private Map<Integer, long[]> rows() {
        Map<Integer, long[]> rows = new TreeMap<>();
        for (int size = 0; size < Shapes.SIZES; size++) {
            long[] row = shapes.counts(size);
            if (row != null) {
                rows.put(size, row);
            }
        }
        return rows;
    }
}
