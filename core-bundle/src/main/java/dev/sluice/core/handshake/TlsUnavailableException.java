package dev.sluice.core.handshake;

import java.io.IOException;

/** TLS can't be had at the moment: the server's fault, in one line. */
public final class TlsUnavailableException extends IOException {
    private static final long serialVersionUID = 1L;

    /** With one line that the client may read. */
    public TlsUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
