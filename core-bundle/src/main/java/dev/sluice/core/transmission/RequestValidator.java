package dev.sluice.core.transmission;

import dev.sluice.api.NbdError;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.protocol.Limits;
import dev.sluice.core.protocol.TransmissionFlag;

/**
 * Which requests are refused before any layer sees them: a pure function of request and session. Ranges are checked
 * once, by the wrapper in front of the first device. Where the specification leaves a choice the answers are nbdkit's.
 */
final class RequestValidator {
    private RequestValidator() {
    }

    /** Null if the request may run, else what is wrong with it. */
    static Refusal check(Request r, SessionFacts session) {
        int known = knownFlags(r.type, session);
        if (known < 0) {
            return new Refusal(NbdError.EINVAL, "unknown command " + r.type);
        }
        if (session.extended() && r.type == Command.WRITE && !r.has(Command.FLAG_PAYLOAD_LEN)) {
            return new Refusal(NbdError.EINVAL, "WRITE with extended headers must carry the PAYLOAD_LEN flag");
        }
        if ((r.flags & ~known) != 0) {
            return new Refusal(NbdError.EINVAL, "unknown flags 0x" + Integer.toHexString(r.flags & ~known) + " for "
                    + Command.name(r.type));
        }
        if (r.has(Command.FLAG_FUA) && !session.offers(TransmissionFlag.SEND_FUA) && !session.readOnly()) {
            return new Refusal(NbdError.EINVAL, "the FUA flag was not offered");
        }
        return checkCommand(r, session);
    }

    private static Refusal checkCommand(Request r, SessionFacts session) {
        switch (r.type) {
            case Command.READ:
                if (r.has(Command.FLAG_DF) && !session.offers(TransmissionFlag.SEND_DF)) {
                    return new Refusal(NbdError.EINVAL, "the DF flag was not offered");
                }
                return tooLong(r);
            case Command.WRITE:
                return session.readOnly() ? readOnly(r) : tooLong(r);
            case Command.FLUSH:
                if (!session.offers(TransmissionFlag.SEND_FLUSH)) {
                    return new Refusal(NbdError.EINVAL, "FLUSH was not offered");
                }
                return r.offset != 0 || r.length != 0
                        ? new Refusal(NbdError.EINVAL, "FLUSH has no offset and no length, both must be 0") : null;
            case Command.TRIM:
                if (session.readOnly()) {
                    return readOnly(r);
                }
                return session.offers(TransmissionFlag.SEND_TRIM) ? null : new Refusal(NbdError.EINVAL, "TRIM was not offered");
            case Command.CACHE:
                return session.offers(TransmissionFlag.SEND_CACHE) ? null : new Refusal(NbdError.EINVAL, "CACHE was not offered");
            case Command.WRITE_ZEROES:
                if (session.readOnly()) {
                    return readOnly(r);
                }
                if (!session.offers(TransmissionFlag.SEND_WRITE_ZEROES)) {
                    return new Refusal(NbdError.EINVAL, "WRITE_ZEROES was not offered");
                }
                return r.has(Command.FLAG_FAST_ZERO) && !session.offers(TransmissionFlag.SEND_FAST_ZERO)
                        ? new Refusal(NbdError.EINVAL, "the FAST_ZERO flag was not offered") : null;
            case Command.BLOCK_STATUS:
                return session.contexts().isEmpty()
                        ? new Refusal(NbdError.EINVAL, "BLOCK_STATUS without a negotiated metadata context") : null;
            default:
                return null;
        }
    }

    private static Refusal readOnly(Request r) {
        return new Refusal(NbdError.EPERM, Command.name(r.type) + " to a read-only export");
    }

    private static Refusal tooLong(Request r) {
        return r.length < 0 || r.length > Limits.MAX_PAYLOAD
                ? new Refusal(NbdError.ENOMEM, Command.name(r.type) + " of " + Long.toUnsignedString(r.length) + " bytes; at most "
                        + Limits.MAX_PAYLOAD + " are possible")
                : null;
    }

    /** The flags that a command may carry; -1 for a command that does not exist. FUA is legal with all of them. */
    private static int knownFlags(int type, SessionFacts session) {
        int payload = session.extended() ? Command.FLAG_PAYLOAD_LEN : 0;
        return switch (type) {
            case Command.READ -> Command.FLAG_FUA | Command.FLAG_DF;
            case Command.WRITE -> Command.FLAG_FUA | payload;
            case Command.DISC -> Command.FLAG_FUA;
            case Command.FLUSH, Command.TRIM, Command.CACHE -> Command.FLAG_FUA;
            case Command.WRITE_ZEROES -> Command.FLAG_FUA | Command.FLAG_NO_HOLE | Command.FLAG_FAST_ZERO;
            case Command.BLOCK_STATUS -> Command.FLAG_FUA | Command.FLAG_REQ_ONE
                    | (session.offers(TransmissionFlag.BLOCK_STATUS_PAYLOAD) ? payload : 0);
            default -> -1;
        };
    }

    /**
     * Why a request is not run.
     *
     * @param error for the client
     * @param text for people
     */
    record Refusal(NbdError error, String text) {
    }
}
