package dev.sluice.core.protocol;

/** Request types and their flags (NBD specification, "Request types", "Command flags"). */
public final class Command {
    /** Read bytes. */
    public static final int READ = 0;
    /** Write bytes. */
    public static final int WRITE = 1;
    /** Disconnect; has no reply. */
    public static final int DISC = 2;
    /** Make what was answered durable. */
    public static final int FLUSH = 3;
    /** A hint that bytes are not needed. */
    public static final int TRIM = 4;
    /** A hint that bytes will be read. */
    public static final int CACHE = 5;
    /** Make bytes read as zero. */
    public static final int WRITE_ZEROES = 6;
    /** Ask for metadata. */
    public static final int BLOCK_STATUS = 7;

    /** Flag: durable before the reply. */
    public static final int FLAG_FUA = 1;
    /** Flag of WRITE_ZEROES: keep the space allocated. */
    public static final int FLAG_NO_HOLE = 1 << 1;
    /** Flag of READ: one content chunk at most. */
    public static final int FLAG_DF = 1 << 2;
    /** Flag of BLOCK_STATUS: one descriptor. */
    public static final int FLAG_REQ_ONE = 1 << 3;
    /** Flag of WRITE_ZEROES: only if quicker than a write. */
    public static final int FLAG_FAST_ZERO = 1 << 4;
    /** Flag with extended headers: the length counts payload. */
    public static final int FLAG_PAYLOAD_LEN = 1 << 5;

    private Command() {
    }

    /** The specification's name for a type, without the prefix. */
    public static String name(int type) {
        return switch (type) {
            case READ -> "READ";
            case WRITE -> "WRITE";
            case DISC -> "DISC";
            case FLUSH -> "FLUSH";
            case TRIM -> "TRIM";
            case CACHE -> "CACHE";
            case WRITE_ZEROES -> "WRITE_ZEROES";
            case BLOCK_STATUS -> "BLOCK_STATUS";
            default -> "command " + type;
        };
    }
}
