package dev.sluice.core.handshake;

import java.io.IOException;

/** One option of the protocol. Has no state of its own: one object serves all connections. */
interface OptionHandler {
    /** What comes after an option. */
    enum Outcome {
        /** The next option. */
        NEXT,
        /** The client has ended the session. */
        ABORTED,
        /** An export is chosen: {@link HandshakeState#session()} is there and the client knows. */
        CHOSEN
    }

    /**
     * Takes the payload and answers. What it leaves of the payload is read away afterwards, and what it leaves among
     * the answers is sent.
     *
     * @throws OptionRefusedException nothing was answered yet; the answer is this error
     * @throws IOException the connection failed or must be closed
     */
    Outcome answer(int option, OptionPayload payload, HandshakeState state) throws IOException, OptionRefusedException;
}
