package dev.sluice.plugin.data;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Makes images out of images, in the simplest form that there is. Not for use by several threads.
 *
 * <p>Errors, all methods: {@link ImageTooLarge} if the result would be longer than 2^63-1 bytes, or needs more memory
 * than a description may.
 */
final class Images {
    /** Of nothing. */
    static final Image EMPTY = new Fill((byte) 0, 0);

    /** Up to here an image is stored as its bytes: no description is smaller. */
    private static final int SMALL = 4096;
    /** Deeper ones are stored as their bytes if they are not larger than {@link #FLATTENED}, else refused. */
    private static final int MAX_DEPTH = 64;
    private static final int FLATTENED = 1 << 20;
    /** What all bytes of a description may take together. */
    private static final long MAX_MEMORY = 256L << 20;
    /** Runs of zeroes of this length in a file are left out. */
    private static final int ZEROES = 32 << 10;

    private long memory;

    /** Bytes that are as they are; the array must not be changed any more. */
    Image bytes(byte[] array) {
        charge(array.length);
        return array.length == 0 ? EMPTY : new Bytes(array);
    }

    /** As {@link #bytes}, but long runs of zeroes take no memory. */
    Image sparse(byte[] array) {
        Layouter layouter = new Layouter(this);
        for (int at = 0; at < array.length; at += ZEROES) {
            int end = Math.min(array.length, at + ZEROES);
            Image piece = isZero(array, at, end) ? new Fill((byte) 0, end - at) : bytes(Arrays.copyOfRange(array, at, end));
            layouter.append(piece);
        }
        return layouter.build();
    }

    private static boolean isZero(byte[] array, int from, int to) {
        for (int i = from; i < to; i++) {
            if (array[i] != 0) {
                return false;
            }
        }
        return true;
    }

    Image repeat(Image image, long count) {
        if (count == 0 || image.length() == 0) {
            return EMPTY;
        }
        if (count == 1) {
            return image;
        }
        if (image.length() > Long.MAX_VALUE / count) {
            throw new ImageTooLarge(image.length() + " bytes repeated " + count + " times are more than 2^63-1 bytes");
        }
        if (image instanceof Fill fill) {
            return new Fill(fill.value(), fill.length() * count);
        }
        if (image instanceof Bytes one && one.array().length == 1) {
            return new Fill(one.array()[0], count);
        }
        if (image instanceof Repeat inner) {
            return new Repeat(inner.image(), inner.count() * count);
        }
        long length = image.length() * count;
        if (length > SMALL && image.length() <= SMALL / 2 && image instanceof Bytes) {
            // a longer unit makes reads quick
            long units = SMALL / image.length();
            Image unit = flat(new Repeat(image, units));
            Layouter layouter = new Layouter(this);
            layouter.append(limitDepth(new Repeat(unit, count / units)));
            layouter.append(repeat(image, count % units));
            return layouter.build();
        }
        return simple(new Repeat(image, count));
    }

    /**
     * A part.
     *
     * @param from 0 .. to
     * @param to from .. the length of the image
     */
    Image slice(Image image, long from, long to) {
        if (from == 0 && to == image.length()) {
            return image;
        }
        if (from == to) {
            return EMPTY;
        }
        if (image instanceof Fill fill) {
            return new Fill(fill.value(), to - from);
        }
        if (image instanceof Slice inner) {
            return simple(new Slice(inner.image(), inner.start() + from, to - from));
        }
        return simple(new Slice(image, from, to - from));
    }

    /** The first bytes, or all and a hole behind them. */
    Image resize(Image image, long size) {
        if (size <= image.length()) {
            return slice(image, 0, size);
        }
        Layouter layouter = new Layouter(this);
        layouter.append(image);
        layouter.append(new Fill((byte) 0, size - image.length()));
        return layouter.build();
    }

    /** The simplest form of what was put together. */
    Image simple(Image image) {
        return image.length() <= SMALL ? flat(image) : limitDepth(image);
    }

    private Image limitDepth(Image image) {
        if (image.depth() <= MAX_DEPTH) {
            return image;
        }
        if (image.length() > FLATTENED) {
            throw new ImageTooLarge("too many repetitions and slices of each other");
        }
        return flat(image);
    }

    private Image flat(Image image) {
        byte[] array = new byte[(int) image.length()];
        image.read(0, array.length, ByteBuffer.wrap(array));
        return bytes(array);
    }

    private void charge(int bytes) {
        memory += bytes;
        if (memory > MAX_MEMORY) {
            throw new ImageTooLarge("it needs more than " + (MAX_MEMORY >> 20) + "M of memory; large disks are served from a file,"
                    + " with the file plugin");
        }
    }
}
