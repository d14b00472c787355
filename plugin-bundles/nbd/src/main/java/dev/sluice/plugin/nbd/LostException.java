package dev.sluice.plugin.nbd;

import java.io.IOException;

/** The connection to the server is gone, and with it every request that was not answered. */
final class LostException extends IOException {
    private static final long serialVersionUID = 1L;

    LostException(String message, Throwable cause) {
        super(message, cause);
    }
}
