package dev.sluice.core.handshake;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Bytes in and out during the handshake; blocking, with the handshake's deadline inside. Not for use by several threads.
 */
public interface HandshakeChannel {
    /**
     * Fills the buffer to its limit.
     *
     * @throws java.io.EOFException the client has gone
     * @throws IOException the time for the handshake is over, or the connection failed
     */
    void readFully(ByteBuffer into) throws IOException;

    /** Reads this many bytes away. */
    void skip(long bytes) throws IOException;

    /** Sends all remaining bytes. */
    void write(ByteBuffer bytes) throws IOException;

    /**
     * Gets ready for {@link #startTls}: what the client has sent already, in plain text and past the option that asks for
     * TLS, is thrown away (NBD specification, STARTTLS).
     *
     * @throws TlsUnavailableException TLS can't be had now; the connection can go on without
     * @throws IOException the client has gone, or sends and sends
     */
    void prepareTls() throws IOException;

    /**
     * Replaces the transport by TLS.
     *
     * @throws IOException the TLS handshake failed; the connection must be closed
     */
    void startTls() throws IOException;
}
