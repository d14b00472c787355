package dev.sluice.core.handshake;

import dev.sluice.core.protocol.OptionReply;

/**
 * An option gets an error for an answer and the handshake goes on. Thrown before any other answer to the same option
 * was made; the dispatcher reads the rest of the payload away.
 */
final class OptionRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int type;

    /**
     * A refusal.
     *
     * @param type see {@link OptionReply}
     * @param text for the people at the other end
     */
    OptionRefusedException(int type, String text) {
        // A client can cause these at will: they carry no stack trace.
        super(text, null, false, false);
        this.type = type;
    }

    /** The option is malformed or out of place. */
    static OptionRefusedException invalid(String text) {
        return new OptionRefusedException(OptionReply.ERR_INVALID, text);
    }

    int type() {
        return type;
    }
}
