package dev.sluice.api.util;

import dev.sluice.api.StatusSink;

/** Helpers for filters that describe the status of a device by that of the device behind them. */
public final class Extents {
    private Extents() {
    }

    /**
     * A sink for a window of the device behind: what comes in with the offsets of that device goes out with those of
     * the window, and what lies outside the window is cut off.
     *
     * @param start where the window starts on the device behind, in bytes
     * @param size of the window, in bytes
     */
    public static StatusSink window(StatusSink sink, long start, long size) {
        return (offset, length, status) -> {
            // a sum beyond 2^63-1 can only be behind the window
            long end = length > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + length;
            long from = Math.max(offset, start) - start;
            long to = Math.min(end - start, size);
            if (from >= to) {
                return end - start < size;
            }
            return sink.extent(from, to - from, status) && to < size;
        };
    }
}
