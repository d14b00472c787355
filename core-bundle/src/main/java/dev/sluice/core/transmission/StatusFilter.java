package dev.sluice.core.transmission;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.handshake.NegotiatedSession;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The payload of BLOCK_STATUS: effect length 8, then context ids 4 each (extension EXTENDED_HEADERS).
 *
 * @param length of the range to describe
 * @param contexts the selected ones that are asked for
 */
record StatusFilter(long length, List<NegotiatedSession.Selected> contexts) {
    static StatusFilter decode(ByteBuffer payload, List<NegotiatedSession.Selected> selected) throws NbdException {
        if (payload.remaining() < 12 || (payload.remaining() - 8) % 4 != 0) {
            throw new NbdException(NbdError.EINVAL, "the payload of BLOCK_STATUS has 8 bytes of length and 4 for each context id, not "
                    + payload.remaining());
        }
        ByteBuffer p = payload.duplicate();
        long length = p.getLong();
        List<NegotiatedSession.Selected> asked = new ArrayList<>();
        while (p.hasRemaining()) {
            int id = p.getInt();
            NegotiatedSession.Selected found = selected.stream().filter(s -> s.id() == id).findFirst().orElseThrow(
                    () -> new NbdException(NbdError.EINVAL, "context id " + Integer.toUnsignedString(id) + " was not negotiated"));
            if (asked.contains(found)) {
                throw new NbdException(NbdError.EINVAL, "context id " + Integer.toUnsignedString(id) + " is there twice");
            }
            asked.add(found);
        }
        return new StatusFilter(length, List.copyOf(asked));
    }
}
