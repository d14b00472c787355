package dev.sluice.core.transmission;

import dev.sluice.api.NbdError;
import dev.sluice.core.protocol.Command;

/** Narrows errors to what may stand on the wire for a request (specification, "Error values"; nbdkit's mapping). */
final class WireErrors {
    private WireErrors() {
    }

    static int code(NbdError error, Request r) {
        return switch (error) {
            case ENOTSUP -> r.type == Command.WRITE_ZEROES && r.has(Command.FLAG_FAST_ZERO) ? error.code() : NbdError.EINVAL.code();
            case EOVERFLOW -> r.type == Command.READ && r.has(Command.FLAG_DF) ? error.code() : NbdError.EINVAL.code();
            default -> error.code();
        };
    }
}
