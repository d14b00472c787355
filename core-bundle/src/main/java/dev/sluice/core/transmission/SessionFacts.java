package dev.sluice.core.transmission;

import dev.sluice.core.handshake.NegotiatedSession;
import dev.sluice.core.protocol.TransmissionFlag;
import java.util.List;

/**
 * What the transmission phase of one connection depends on; immutable.
 *
 * @param structured structured replies, also with extended headers
 * @param extended extended headers
 * @param flags the transmission flags that the client was told
 * @param contexts selected ones
 */
record SessionFacts(boolean structured, boolean extended, int flags, List<NegotiatedSession.Selected> contexts) {
    static SessionFacts of(NegotiatedSession session) {
        return new SessionFacts(session.structured() || session.extended(), session.extended(), session.transmissionFlags(),
                session.contexts());
    }

    boolean offers(int transmissionFlag) {
        return (flags & transmissionFlag) != 0;
    }

    boolean readOnly() {
        return offers(TransmissionFlag.READ_ONLY);
    }

    int requestLength() {
        return extended ? Request.EXTENDED_LENGTH : Request.LENGTH;
    }
}
