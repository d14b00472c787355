package dev.sluice.core.handshake;

import dev.sluice.core.protocol.OptionReply;
import java.io.IOException;

/** EXTENDED_HEADERS: 32-byte requests and replies from now on, with or without structured replies before it. */
final class ExtendedHeadersOption implements OptionHandler {
    @Override
    public Outcome answer(int option, OptionPayload payload, HandshakeState state) throws IOException, OptionRefusedException {
        if (!state.options().extendedHeaders()) {
            throw new OptionRefusedException(OptionReply.ERR_UNSUP, "extended headers are switched off");
        }
        payload.mustBeEmpty("EXTENDED_HEADERS");
        if (state.extended()) {
            throw OptionRefusedException.invalid("extended headers are on already");
        }
        state.extendedOn();
        state.replies().ack(option);
        return Outcome.NEXT;
    }
}
