package dev.sluice.core.protocol;

/** Types of answers to options (NBD specification, "Option reply types"). Those with the top bit set are errors. */
public final class OptionReply {
    /** Done. */
    public static final int ACK = 1;
    /** An export in a list. */
    public static final int SERVER = 2;
    /** A piece of information about an export, see {@link InfoType}. */
    public static final int INFO = 3;
    /** A metadata context. */
    public static final int META_CONTEXT = 4;

    /** The bit of all errors. */
    public static final int ERROR = 1 << 31;
    /** The option is not known, or not offered here. */
    public static final int ERR_UNSUP = ERROR + 1;
    /** Forbidden by the operator. */
    public static final int ERR_POLICY = ERROR + 2;
    /** Malformed, or out of place. */
    public static final int ERR_INVALID = ERROR + 3;
    /** This machine can't. */
    public static final int ERR_PLATFORM = ERROR + 4;
    /** Only after STARTTLS. */
    public static final int ERR_TLS_REQD = ERROR + 5;
    /** No such export, or it can't be opened. */
    public static final int ERR_UNKNOWN = ERROR + 6;
    /** The server or export is going away. */
    public static final int ERR_SHUTDOWN = ERROR + 7;
    /** The client must ask for block sizes. */
    public static final int ERR_BLOCK_SIZE_REQD = ERROR + 8;
    /** Request or answer are too large. */
    public static final int ERR_TOO_BIG = ERROR + 9;
    /** Only with extended headers, or not any more because they are on. */
    public static final int ERR_EXT_HEADER_REQD = ERROR + 10;

    private OptionReply() {
    }

    /** Whether a type is an error. */
    public static boolean isError(int type) {
        return type < 0;
    }

    /** The specification's name for a type, without the prefix. */
    public static String name(int type) {
        return switch (type) {
            case ACK -> "ACK";
            case SERVER -> "SERVER";
            case INFO -> "INFO";
            case META_CONTEXT -> "META_CONTEXT";
            case ERR_UNSUP -> "ERR_UNSUP";
            case ERR_POLICY -> "ERR_POLICY";
            case ERR_INVALID -> "ERR_INVALID";
            case ERR_PLATFORM -> "ERR_PLATFORM";
            case ERR_TLS_REQD -> "ERR_TLS_REQD";
            case ERR_UNKNOWN -> "ERR_UNKNOWN";
            case ERR_SHUTDOWN -> "ERR_SHUTDOWN";
            case ERR_BLOCK_SIZE_REQD -> "ERR_BLOCK_SIZE_REQD";
            case ERR_TOO_BIG -> "ERR_TOO_BIG";
            case ERR_EXT_HEADER_REQD -> "ERR_EXT_HEADER_REQD";
            default -> "reply type " + Integer.toUnsignedString(type);
        };
    }
}
