package dev.sluice.filter.readahead;

/**
 * Where a client reads, and what shall be prefetched for it. A read that goes on where others have been makes the window
 * twice as large, any other one makes it small again. Safe for use by several threads.
 */
final class Window {
    static final int MIN = 32 << 10;
    static final int MAX = 4 << 20;

    private final long size;
    // All guarded by this.
    private int window = MIN;
    /** Up to here the client has read. */
    private long position = -1;
    /** Up to here it was decided to prefetch. */
    private long ahead;
    /** From here to {@link #ahead} it is still to be done. */
    private long from;

    /** On a device of this many bytes. */
    Window(long size) {
        this.size = size;
    }

    /**
     * The client has read this.
     *
     * @return whether there is something to prefetch now
     */
    synchronized boolean read(long offset, long length) {
        long end = offset + length;
        // Requests overtake each other, so a bit before the position is in sequence too.
        boolean inSequence = position >= 0 && offset >= position - window && offset <= Math.max(position, ahead);
        if (!inSequence) {
            window = MIN;
            position = end;
            ahead = end;
            from = end;
            return false;
        }
        position = Math.max(position, end);
        // Not with every read: half of the window is left then, and requests stay large.
        if (ahead - position <= window / 2) {
            window = Math.min(MAX, 2 * window);
            from = Math.max(from, position);
            ahead = Math.max(from, Math.min(size, position + window));
        }
        return from < ahead;
    }

    /**
     * A range of the device.
     *
     * @param from in bytes
     * @param to in bytes, behind the last one
     */
    record Piece(long from, long to) {
    }

    /**
     * Takes the next piece out.
     *
     * @param most in bytes
     * @return null if there is nothing to prefetch
     */
    synchronized Piece take(int most) {
        from = Math.max(from, position);
        if (from >= ahead) {
            return null;
        }
        long start = from;
        from = Math.min(ahead, from + most);
        return new Piece(start, from);
    }
}
