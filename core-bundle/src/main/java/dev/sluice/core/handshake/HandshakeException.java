package dev.sluice.core.handshake;

import java.io.IOException;

/**
 * The handshake can't go on and the connection must be closed: the client broke the protocol where no answer is
 * possible, or chose an export with EXPORT_NAME that can't be served. The message is one line that says why.
 */
public class HandshakeException extends IOException {
    private static final long serialVersionUID = 1L;

    /** One line: what the client did and why that ends the connection. */
    public HandshakeException(String message) {
        super(message);
    }

    /** As above, with what caused it. */
    public HandshakeException(String message, Throwable cause) {
        super(message, cause);
    }
}
