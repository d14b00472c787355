package dev.sluice.filter.stats;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** All that is counted: of one connection, or of a whole layer. Safe for use by several threads. */
final class Tally {
    private final AtomicReferenceArray<Counter> counters = new AtomicReferenceArray<>(Operation.ALL.length);

    /** The counter of an operation, made when it is first asked for. */
    Counter of(Operation operation) {
        Counter c = counters.get(operation.ordinal());
        if (c == null) {
            counters.compareAndSet(operation.ordinal(), null, new Counter());
            c = counters.get(operation.ordinal());
        }
        return c;
    }

    /** Moves all counts of the other one here. */
    void take(Tally other) {
        for (Operation o : Operation.ALL) {
            if (other.counters.get(o.ordinal()) != null) {
                of(o).take(other.of(o));
            }
        }
    }

    /** Forgets all counts. */
    void clear() {
        for (Operation o : Operation.ALL) {
            counters.set(o.ordinal(), null);
        }
    }

    /** A copy of all counts, in JDK types only; {@link #add} understands it. */
    Map<String, Object> state() {
        Map<String, Object> all = new HashMap<>();
        for (Operation o : Operation.ALL) {
            if (counters.get(o.ordinal()) != null) {
                all.put(o.text(), of(o).state());
            }
        }
        return all;
    }

    /** Adds counts; operations that are not known here are left out. */
    void add(Map<?, ?> state) {
        for (Operation o : Operation.ALL) {
            if (state.get(o.text()) instanceof Map<?, ?> counts) {
                of(o).add(counts);
            }
        }
    }

    /** A copy of all counts, for the operations that there were. */
    List<Summary> summaries() {
        List<Summary> all = new ArrayList<>();
        for (Operation o : Operation.ALL) {
            Counter c = counters.get(o.ordinal());
            if (c != null && !c.isEmpty()) {
                all.add(c.summary(o.text()));
            }
        }
        return all;
    }
}
