package dev.sluice.core.handshake;

import java.io.IOException;

/** ABORT: the client ends the session; a payload is ignored. */
final class AbortOption implements OptionHandler {
    @Override
    public Outcome answer(int option, OptionPayload payload, HandshakeState state) {
        try {
            payload.skip();
            state.replies().ack(option);
            state.replies().flush();
        } catch (IOException gone) {
            // A client that ends the session need not wait for the answer: this is a proper end all the same.
        }
        return Outcome.ABORTED;
    }
}
