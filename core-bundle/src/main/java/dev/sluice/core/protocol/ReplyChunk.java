package dev.sluice.core.protocol;

/** Structured reply types and flags (NBD specification, "Structured reply types"). */
public final class ReplyChunk {
    /** Flag: the last chunk of the reply. */
    public static final int FLAG_DONE = 1;

    /** No content. */
    public static final int NONE = 0;
    /** Offset and data. */
    public static final int OFFSET_DATA = 1;
    /** Offset and length of zeroes. */
    public static final int OFFSET_HOLE = 2;
    /** Context id and 32-bit descriptors. */
    public static final int BLOCK_STATUS = 5;
    /** Context id, count and 64-bit descriptors. */
    public static final int BLOCK_STATUS_EXT = 6;
    /** Error and message. */
    public static final int ERROR = (1 << 15) + 1;
    /** Error, message and offset. */
    public static final int ERROR_OFFSET = (1 << 15) + 2;

    private ReplyChunk() {
    }
}
