package dev.sluice.core.export;

import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.core.metrics.Observers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The last swaps of every export. Safe for use by several threads. */
public final class SwapLog {
    /** Kept per export. */
    public static final int KEPT = 100;

    private final Map<String, ArrayDeque<SwapRecord>> byExport = new HashMap<>();
    private final Map<String, Counts> counts = new HashMap<>();
    private final Observers observers;

    /**
     * How many swaps of an export there were.
     *
     * @param done with success
     * @param refused or rolled back
     * @param paused the sum of their pauses
     */
    public record Counts(long done, long refused, Duration paused) {
        static final Counts NONE = new Counts(0, 0, Duration.ZERO);

        Counts with(SwapRecord swap) {
            boolean ok = swap.result().startsWith("ok");
            return new Counts(done + (ok ? 1 : 0), refused + (ok ? 0 : 1), paused.plus(swap.pause()));
        }
    }

    /** Tells nobody. */
    public SwapLog() {
        this(new Observers());
    }

    /** Tells these of every record. */
    public SwapLog(Observers observers) {
        this.observers = observers;
    }

    /** Keeps a record. */
    public void add(SwapRecord swap) {
        synchronized (byExport) {
            ArrayDeque<SwapRecord> swaps = byExport.computeIfAbsent(swap.export(), e -> new ArrayDeque<>());
            swaps.addFirst(swap);
            if (swaps.size() > KEPT) {
                swaps.removeLast();
            }
            counts.merge(swap.export(), Counts.NONE.with(swap), (old, one) -> old.with(swap));
        }
        observers.swapped(swap);
        observers.changed();
    }

    /** The records of an export that was deleted are not needed any more. */
    public void forget(String export) {
        synchronized (byExport) {
            byExport.remove(export);
            counts.remove(export);
        }
    }

    /** The latest of one export. */
    public Optional<SwapRecord> latest(String export) {
        synchronized (byExport) {
            ArrayDeque<SwapRecord> swaps = byExport.get(export);
            return swaps == null ? Optional.empty() : Optional.ofNullable(swaps.peekFirst());
        }
    }

    /** How many there were of one export. */
    public Counts counts(String export) {
        synchronized (byExport) {
            return counts.getOrDefault(export, Counts.NONE);
        }
    }

    /** All, latest first. */
    public List<SwapRecord> all() {
        List<SwapRecord> all = new ArrayList<>();
        synchronized (byExport) {
            byExport.values().forEach(all::addAll);
        }
        all.sort((a, b) -> b.when().compareTo(a.when()));
        return all;
    }
}
