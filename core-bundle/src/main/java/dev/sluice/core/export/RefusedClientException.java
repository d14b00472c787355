package dev.sluice.core.export;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;

/** An export is not for this client, or not for this client yet. */
public final class RefusedClientException extends NbdException {
    private static final long serialVersionUID = 1L;

    private final boolean tlsRequired;

    RefusedClientException(boolean tlsRequired, String message) {
        super(NbdError.EPERM, message);
        this.tlsRequired = tlsRequired;
    }

    /** Whether the client lacks nothing but TLS. */
    public boolean isTlsRequired() {
        return tlsRequired;
    }
}
