package dev.sluice.core.handshake;

import dev.sluice.core.protocol.OptionCode;
import dev.sluice.core.protocol.OptionReply;

/** Whatever this server does not know. */
final class UnknownOption implements OptionHandler {
    @Override
    public Outcome answer(int option, OptionPayload payload, HandshakeState state) throws OptionRefusedException {
        throw new OptionRefusedException(OptionReply.ERR_UNSUP, OptionCode.name(option) + " is not supported by this server");
    }
}
