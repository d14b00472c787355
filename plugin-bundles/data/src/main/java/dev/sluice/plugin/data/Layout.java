package dev.sluice.plugin.data;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Parts of images at their places, with holes in between. The arrays must not be changed any more. */
final class Layout implements Image {
    private final long length;
    private final long[] starts;
    private final Image[] parts;
    private final int depth;

    /**
     * Parts that do not overlap.
     *
     * @param starts where they lie, ascending
     * @param parts none of them empty, all inside of {@code length}
     */
    Layout(long length, long[] starts, Image[] parts) {
        this.length = length;
        this.starts = starts;
        this.parts = parts;
        depth = 1 + Arrays.stream(parts).mapToInt(Image::depth).max().orElse(0);
    }

    long[] starts() {
        return starts;
    }

    Image[] parts() {
        return parts;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public void read(long offset, int count, ByteBuffer into) {
        long at = offset;
        long end = offset + count;
        int index = partAt(offset);
        while (at < end) {
            if (index >= 0 && at < partEnd(index)) {
                int n = (int) (Math.min(end, partEnd(index)) - at);
                parts[index].read(at - starts[index], n, into);
                at += n;
            } else {
                long next = Math.min(end, startBehind(index));
                for (; at < next; at++) {
                    into.put((byte) 0);
                }
                index = next < end ? index + 1 : index;
            }
        }
    }

    @Override
    public boolean isHole(long offset) {
        int index = partAt(offset);
        return index < 0 || offset >= partEnd(index) || parts[index].isHole(offset - starts[index]);
    }

    @Override
    public long runEnd(long offset) {
        int index = partAt(offset);
        if (index < 0 || offset >= partEnd(index)) {
            return startBehind(index);
        }
        return starts[index] + parts[index].runEnd(offset - starts[index]);
    }

    @Override
    public int depth() {
        return depth;
    }

    /** The last part that does not start behind {@code offset}; -1 if there is none. */
    private int partAt(long offset) {
        int found = Arrays.binarySearch(starts, offset);
        return found >= 0 ? found : -found - 2;
    }

    private long partEnd(int index) {
        return starts[index] + parts[index].length();
    }

    private long startBehind(int index) {
        return index + 1 < starts.length ? starts[index + 1] : length;
    }
}
