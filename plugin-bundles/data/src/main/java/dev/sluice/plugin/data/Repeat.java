package dev.sluice.plugin.data;

import java.nio.ByteBuffer;

/** An image again and again. Its length times the count is at most 2^63-1. */
record Repeat(Image image, long count) implements Image {
    @Override
    public long length() {
        return image.length() * count;
    }

    @Override
    public void read(long offset, int wanted, ByteBuffer into) {
        long period = image.length();
        long at = offset % period;
        int rest = wanted;
        while (rest > 0) {
            int n = (int) Math.min(rest, period - at);
            image.read(at, n, into);
            rest -= n;
            at = 0;
        }
    }

    @Override
    public boolean isHole(long offset) {
        return image.isHole(offset % image.length());
    }

    @Override
    public long runEnd(long offset) {
        long at = offset % image.length();
        long end = image.runEnd(at);
        return at == 0 && end == image.length() ? length() : offset - at + end;
    }

    @Override
    public int depth() {
        return image.depth() + 1;
    }
}
