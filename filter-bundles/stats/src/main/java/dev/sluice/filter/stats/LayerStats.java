package dev.sluice.filter.stats;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** The counts of one layer: those of connections that have gone, and those that are there. Safe for use by several threads. */
final class LayerStats {
    private final String export;
    private final LongSupplier clock;
    private final Tally gone = new Tally();
    private final Set<Tally> open = new LinkedHashSet<>();
    private long start;

    LayerStats(String export, LongSupplier clock) {
        this.export = export;
        this.clock = clock;
        this.start = clock.getAsLong();
    }

    String export() {
        return export;
    }

    synchronized void add(Tally connection) {
        open.add(connection);
    }

    synchronized void remove(Tally connection) {
        if (open.remove(connection)) {
            gone.take(connection);
        }
    }

    /** Since the layer, or the first one before it, was started. */
    synchronized long elapsed() {
        return clock.getAsLong() - start;
    }

    /** A copy of all counts. */
    synchronized List<Summary> summaries() {
        return total().summaries();
    }

    /** All counts, for a successor; nothing is left here, so that it can be taken back. */
    synchronized Map<String, Object> release() {
        open.forEach(gone::take);
        Map<String, Object> counts = gone.state();
        gone.clear();
        return Map.of("counts", counts, "start", start);
    }

    /** Adds the counts of the layer before. */
    synchronized void adopt(Map<?, ?> counts, long started) {
        gone.add(counts);
        start = started;
    }

    private Tally total() {
        Tally total = new Tally();
        total.add(gone.state());
        open.forEach(t -> total.add(t.state()));
        return total;
    }
}
