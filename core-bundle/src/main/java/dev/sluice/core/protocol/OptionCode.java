package dev.sluice.core.protocol;

/** Options that a client can send during the handshake (NBD specification, "Option types"). */
public final class OptionCode {
    /** Choose an export; has no error answer. */
    public static final int EXPORT_NAME = 1;
    /** End the session. */
    public static final int ABORT = 2;
    /** List the exports. */
    public static final int LIST = 3;
    /** Withdrawn; never answered with anything but ERR_UNSUP. */
    public static final int PEEK_EXPORT = 4;
    /** Go on encrypted. */
    public static final int STARTTLS = 5;
    /** Ask about an export. */
    public static final int INFO = 6;
    /** Choose an export. */
    public static final int GO = 7;
    /** Structured replies from now on. */
    public static final int STRUCTURED_REPLY = 8;
    /** List metadata contexts of an export. */
    public static final int LIST_META_CONTEXT = 9;
    /** Select metadata contexts of an export. */
    public static final int SET_META_CONTEXT = 10;
    /** 64-bit requests and replies from now on (branch extension-ext-header). */
    public static final int EXTENDED_HEADERS = 11;

    private OptionCode() {
    }

    /** The specification's name for an option, without the prefix. */
    public static String name(int option) {
        return switch (option) {
            case EXPORT_NAME -> "EXPORT_NAME";
            case ABORT -> "ABORT";
            case LIST -> "LIST";
            case PEEK_EXPORT -> "PEEK_EXPORT";
            case STARTTLS -> "STARTTLS";
            case INFO -> "INFO";
            case GO -> "GO";
            case STRUCTURED_REPLY -> "STRUCTURED_REPLY";
            case LIST_META_CONTEXT -> "LIST_META_CONTEXT";
            case SET_META_CONTEXT -> "SET_META_CONTEXT";
            case EXTENDED_HEADERS -> "EXTENDED_HEADERS";
            default -> "option " + Integer.toUnsignedString(option);
        };
    }
}
