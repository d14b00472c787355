package dev.sluice.api.contract;

import dev.sluice.api.StatusSink;
import java.util.ArrayList;
import java.util.List;

/** Takes extents as the core does: checks the rules of {@link StatusSink}, cuts off, merges. */
public final class RecordingSink implements StatusSink {
    private final long start;
    private final long wanted;
    private final long size;
    private final boolean one;
    private final List<Extent> extents = new ArrayList<>();
    private long next = -1;

    /** One extent, cut to the device. */
    public record Extent(long offset, long length, long status) {
        /** Where the next one starts. */
        public long end() {
            return offset + length;
        }
    }

    /**
     * For a range of a device.
     *
     * @param size of the device, in bytes
     * @param one whether one extent is enough
     */
    public RecordingSink(long offset, long length, long size, boolean one) {
        this.start = offset;
        this.wanted = offset + length;
        this.size = size;
        this.one = one;
    }

    @Override
    public boolean extent(long offset, long length, long status) {
        if (length < 0 || status < 0) {
            throw new AssertionError("extent " + offset + "+" + length + " status " + status + " has a negative number");
        }
        if (length == 0) {
            return more();
        }
        if (next >= 0 && offset != next) {
            throw new AssertionError("extent at " + offset + " where the one before ended at " + next);
        }
        if (next < 0 && offset > start) {
            throw new AssertionError("the first extent starts at " + offset + ", behind the offset " + start);
        }
        next = offset + length;
        long from = Math.max(offset, start);
        long to = Math.min(next, size);
        if (from < to && more()) {
            Extent last = extents.isEmpty() ? null : extents.get(extents.size() - 1);
            if (last != null && last.status() == status) {
                extents.set(extents.size() - 1, new Extent(last.offset(), to - last.offset(), status));
            } else {
                extents.add(new Extent(from, to - from, status));
            }
        }
        return more();
    }

    /** What came, merged. */
    public List<Extent> extents() {
        return List.copyOf(extents);
    }

    /** Fails unless at least the first byte is described. */
    public void assertCovered() {
        if (extents.isEmpty() || extents.get(0).offset() != start) {
            throw new AssertionError("no extent covers the offset " + start + ": " + extents);
        }
    }

    private boolean more() {
        return extents.isEmpty() || !one && extents.get(extents.size() - 1).end() < wanted;
    }
}
