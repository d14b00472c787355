package dev.sluice.plugin.data;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts images at offsets, one after the other; a later one covers what lies there. Not for use by several threads.
 */
final class Layouter {
    /** Bytes that follow each other are collected up to here. */
    private static final int MAX_RUN = 1 << 20;

    private final Images images;
    private final TreeMap<Long, Image> placed = new TreeMap<>();
    /** Bytes at the end of what is placed, not yet placed themselves. */
    private final ByteArrayOutputStream run = new ByteArrayOutputStream();
    private long offset;
    private long size;

    Layouter(Images images) {
        this.images = images;
    }

    /** Where the next image goes, in bytes. */
    long offset() {
        return offset;
    }

    /** Moves the offset; the size grows with it, but does not shrink. */
    void moveTo(long newOffset) {
        place();
        offset = newOffset;
        size = Math.max(size, offset);
    }

    /**
     * Puts an image at the offset, and moves the offset behind it.
     *
     * @throws ImageTooLarge if it would end beyond 2^63-1
     */
    void append(Image image) {
        if (image.length() > Long.MAX_VALUE - offset) {
            throw new ImageTooLarge("the disk would be larger than 2^63-1 bytes");
        }
        if (image instanceof Bytes bytes && bytes.array().length < MAX_RUN && offset == size) {
            if (run.size() + bytes.array().length > MAX_RUN) {
                place();
            }
            run.write(bytes.array(), 0, bytes.array().length);
        } else {
            place();
            put(offset, image);
        }
        offset += image.length();
        size = Math.max(size, offset);
    }

    /** Places the collected bytes, which end at the offset. */
    private void place() {
        if (run.size() > 0) {
            byte[] array = run.toByteArray();
            run.reset();
            put(offset - array.length, images.bytes(array));
        }
    }

    private void put(long from, Image image) {
        if (image.length() == 0) {
            return;
        }
        long to = from + image.length();
        clear(from, to);
        if (!(image instanceof Fill fill && fill.value() == 0)) {
            placed.put(from, image);
        }
    }

    private void clear(long from, long to) {
        Map.Entry<Long, Image> before = placed.lowerEntry(from);
        if (before != null) {
            cut(before.getKey(), before.getValue(), from, to);
        }
        Map.Entry<Long, Image> next = placed.ceilingEntry(from);
        while (next != null && next.getKey() < to) {
            placed.remove(next.getKey());
            cut(next.getKey(), next.getValue(), from, to);
            next = placed.ceilingEntry(from);
        }
    }

    /** Leaves of a placed image what lies outside of a range. */
    private void cut(long start, Image image, long from, long to) {
        long end = start + image.length();
        if (end <= from) {
            return;
        }
        if (start < from) {
            placed.put(start, images.slice(image, 0, from - start));
        }
        if (end > to) {
            placed.put(to, images.slice(image, to - start, image.length()));
        }
    }

    /** What was put together; this object must not be used any more. */
    Image build() {
        place();
        if (placed.isEmpty()) {
            return size == 0 ? Images.EMPTY : new Fill((byte) 0, size);
        }
        if (placed.size() == 1 && placed.firstKey() == 0 && placed.firstEntry().getValue().length() == size) {
            return placed.firstEntry().getValue();
        }
        long[] starts = placed.keySet().stream().mapToLong(Long::longValue).toArray();
        return images.simple(new Layout(size, starts, placed.values().toArray(new Image[0])));
    }
}
