package dev.sluice.core.handshake;

/** The client asked for more in its handshake than a bound allows: the connection is closed, and counted as turned away. */
public final class TooMuchException extends HandshakeException {
    private static final long serialVersionUID = 1L;

    /** One line: what was too much. */
    public TooMuchException(String message) {
        super(message);
    }
}
