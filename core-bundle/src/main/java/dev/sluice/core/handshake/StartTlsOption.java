package dev.sluice.core.handshake;

import dev.sluice.core.protocol.OptionReply;
import java.io.IOException;

/** STARTTLS: all that follows the ACK is encrypted, and all that came before it is forgotten. */
final class StartTlsOption implements OptionHandler {
    @Override
    public Outcome answer(int option, OptionPayload payload, HandshakeState state) throws IOException, OptionRefusedException {
        if (state.options().tls() == HandshakeOptions.Tls.OFF) {
            throw new OptionRefusedException(OptionReply.ERR_POLICY, "TLS is switched off on this server");
        }
        payload.mustBeEmpty("STARTTLS");
        if (state.tls()) {
            throw OptionRefusedException.invalid("TLS is on already");
        }
        try {
            state.channel().prepareTls();
        } catch (TlsUnavailableException e) {
            throw new OptionRefusedException(OptionReply.ERR_PLATFORM, e.getMessage());
        }
        state.replies().ack(option);
        state.replies().flush();
        state.channel().startTls();
        state.tlsStarted();
        return Outcome.NEXT;
    }
}
