package dev.sluice.plugin.data;

import java.nio.ByteBuffer;

/**
 * The contents of a disk or of a part of it: immutable, and described rather than stored, so that a byte that is repeated
 * for exabytes costs nothing. Safe for use by several threads.
 *
 * <p>Made by {@link Images}, which keeps trees of them flat; how deep one is limits the stack that a read needs.
 */
interface Image {
    /** In bytes, 0 .. 2^63-1. */
    long length();

    /**
     * Puts bytes into a buffer.
     *
     * @param offset in this image
     * @param count how many, all of them inside of this image and with room in the buffer
     */
    void read(long offset, int count, ByteBuffer into);

    /** Whether this byte lies in a place that nothing was put into, or that was described as a run of zeroes. */
    boolean isHole(long offset);

    /** Behind {@code offset}: up to here {@link #isHole} is the same, maybe further. */
    long runEnd(long offset);

    /** How many images lie inside of each other; 0 for one that has no parts. */
    int depth();
}
