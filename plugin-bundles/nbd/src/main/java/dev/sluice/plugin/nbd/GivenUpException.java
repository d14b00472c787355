package dev.sluice.plugin.nbd;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;

/** The caller can't wait any longer, because it is cancelled or its time is over. Nothing is wrong with the connection. */
final class GivenUpException extends NbdException {
    private static final long serialVersionUID = 1L;

    GivenUpException(NbdError error, String message) {
        super(error, message);
    }
}
