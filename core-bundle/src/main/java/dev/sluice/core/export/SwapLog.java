package dev.sluice.core.export;

import dev.sluice.api.runtime.SwapRecord;
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

    /** Keeps a record. */
    public void add(SwapRecord swap) {
        synchronized (byExport) {
            ArrayDeque<SwapRecord> swaps = byExport.computeIfAbsent(swap.export(), e -> new ArrayDeque<>());
            swaps.addFirst(swap);
            if (swaps.size() > KEPT) {
                swaps.removeLast();
            }
        }
    }

    /** The records of an export that was deleted are not needed any more. */
    public void forget(String export) {
        synchronized (byExport) {
            byExport.remove(export);
        }
    }

    /** The latest of one export. */
    public Optional<SwapRecord> latest(String export) {
        synchronized (byExport) {
            ArrayDeque<SwapRecord> swaps = byExport.get(export);
            return swaps == null ? Optional.empty() : Optional.ofNullable(swaps.peekFirst());
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
