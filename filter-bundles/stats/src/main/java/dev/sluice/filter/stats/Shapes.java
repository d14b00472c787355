package dev.sluice.filter.stats;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * How large requests were and how well aligned: a row for each number of bits of the size, made when the first request of
 * this size comes, with a count for each number of zero bits at the end of the offset. Counting allocates nothing once
 * all sizes were seen. Safe for use by several threads.
 */
final class Shapes {
    /** Sizes of 1 to 63 bits. */
    static final int SIZES = 63;
    /** Offset 0 is aligned to everything, and has a column of its own behind those of 0 to 62 bits. */
    static final int ZERO_OFFSET = 63;
    /** The bytes of all requests of this row. */
    static final int BYTES = 64;
    /** Columns of a row. */
    static final int COLUMNS = 65;

    private final AtomicReferenceArray<AtomicLongArray> rows = new AtomicReferenceArray<>(SIZES);

    /** One more request. */
    void add(long offset, long length) {
        AtomicLongArray row = row(63 - Long.numberOfLeadingZeros(Math.max(1, length)));
        row.getAndIncrement(offset == 0 ? ZERO_OFFSET : Long.numberOfTrailingZeros(offset));
        row.getAndAdd(BYTES, length);
    }

    private AtomicLongArray row(int size) {
        AtomicLongArray row = rows.get(size);
        if (row == null) {
            rows.compareAndSet(size, null, new AtomicLongArray(COLUMNS));
            row = rows.get(size);
        }
        return row;
    }

    /** Adds all counts of the other one, and takes them away there. */
    void take(Shapes other) {
        for (int size = 0; size < SIZES; size++) {
            AtomicLongArray from = other.rows.get(size);
            for (int i = 0; from != null && i < COLUMNS; i++) {
                if (from.get(i) != 0) {
                    row(size).getAndAdd(i, from.getAndSet(i, 0));
                }
            }
        }
    }

    /** Adds the row of this size. */
    void add(int size, long[] more) {
        for (int i = 0; i < Math.min(more.length, COLUMNS); i++) {
            row(size).getAndAdd(i, more[i]);
        }
    }

    /** A copy of the row of this size; null: there was none of this size. */
    long[] counts(int size) {
        AtomicLongArray row = rows.get(size);
        if (row == null) {
            return null;
        }
        long[] counts = new long[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            counts[i] = row.get(i);
        }
        return counts;
    }
}
