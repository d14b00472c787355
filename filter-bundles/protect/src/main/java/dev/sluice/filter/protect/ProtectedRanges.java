package dev.sluice.filter.protect;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Integers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which bytes are protected: ranges in ascending order that neither overlap nor touch. Immutable.
 */
final class ProtectedRanges {
    private static final String RIGHT = "a range is START-END or ~START-END, both decimal, 0octal or 0xhex, either may be left out";

    private final long[] starts;
    /** The last byte of each range, because a range may end with the last byte there can be. */
    private final long[] lasts;

    private record Range(long start, long last) {
    }

    private ProtectedRanges(List<Range> sorted) {
        starts = sorted.stream().mapToLong(Range::start).toArray();
        lasts = sorted.stream().mapToLong(Range::last).toArray();
    }

    /**
     * From the operator's words.
     *
     * @throws ConfigException one of them is no range
     */
    static ProtectedRanges parse(List<String> words) {
        List<Range> all = new ArrayList<>();
        for (String word : words) {
            try {
                add(word, all);
            } catch (ConfigException e) {
                throw new ConfigException("protect: protect=" + word + ": " + e.getMessage(), e);
            }
        }
        all.sort(Comparator.comparingLong(Range::start));
        List<Range> merged = new ArrayList<>();
        for (Range r : all) {
            Range before = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (before != null && (before.last() == Long.MAX_VALUE || r.start() <= before.last() + 1)) {
                merged.set(merged.size() - 1, new Range(before.start(), Math.max(before.last(), r.last())));
            } else {
                merged.add(r);
            }
        }
        return new ProtectedRanges(merged);
    }

    private static void add(String word, List<Range> to) {
        boolean others = word.startsWith("~");
        String range = others ? word.substring(1) : word;
        int dash = range.indexOf('-');
        if (dash < 0) {
            throw new ConfigException(RIGHT);
        }
        long start = number(range.substring(0, dash), 0);
        long last = number(range.substring(dash + 1), Long.MAX_VALUE);
        if (last < start) {
            throw new ConfigException("it ends before it starts");
        }
        if (!others) {
            to.add(new Range(start, last));
            return;
        }
        if (start > 0) {
            to.add(new Range(0, start - 1));
        }
        if (last < Long.MAX_VALUE) {
            to.add(new Range(last + 1, Long.MAX_VALUE));
        }
    }

    private static long number(String text, long otherwise) {
        try {
            return text.isEmpty() ? otherwise : Integers.parse(text, 0, Long.MAX_VALUE);
        } catch (ConfigException e) {
            throw new ConfigException("'" + text + "': " + e.getMessage() + "; " + RIGHT, e);
        }
    }

    /** How many ranges there are. */
    int count() {
        return starts.length;
    }

    /** The first byte of a range. */
    long start(int range) {
        return starts[range];
    }

    /** The last byte of a range. */
    long last(int range) {
        return lasts[range];
    }

    /** The first range that has bytes at this offset or behind it; {@link #count()} if there is none. */
    int find(long offset) {
        int low = 0;
        int high = lasts.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lasts[middle] < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
