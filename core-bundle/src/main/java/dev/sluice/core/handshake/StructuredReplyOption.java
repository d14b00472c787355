package dev.sluice.core.handshake;

import dev.sluice.core.protocol.OptionReply;
import java.io.IOException;

/** STRUCTURED_REPLY: replies in chunks from now on. */
final class StructuredReplyOption implements OptionHandler {
    @Override
    public Outcome answer(int option, OptionPayload payload, HandshakeState state) throws IOException, OptionRefusedException {
        if (!state.options().structuredReplies()) {
            throw new OptionRefusedException(OptionReply.ERR_UNSUP, "structured replies are switched off");
        }
        payload.mustBeEmpty("STRUCTURED_REPLY");
        if (state.extended()) {
            throw new OptionRefusedException(OptionReply.ERR_EXT_HEADER_REQD,
                    "extended headers are on and stand in for structured replies");
        }
        if (state.structured()) {
            throw OptionRefusedException.invalid("structured replies are on already");
        }
        state.structuredOn();
        state.replies().ack(option);
        return Outcome.NEXT;
    }
}
