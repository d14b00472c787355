package dev.sluice.plugin.data;

import java.nio.ByteBuffer;

/** A part of an image. */
record Slice(Image image, long start, long length) implements Image {
    @Override
    public void read(long offset, int count, ByteBuffer into) {
        image.read(start + offset, count, into);
    }

    @Override
    public boolean isHole(long offset) {
        return image.isHole(start + offset);
    }

    @Override
    public long runEnd(long offset) {
        return Math.min(length, image.runEnd(start + offset) - start);
    }

    @Override
    public int depth() {
        return image.depth() + 1;
    }
}
