package dev.sluice.core.transport;

import java.io.Closeable;
import java.io.IOException;

/** A bound listening socket. One thread accepts; {@link #close} may come from any. */
public interface Acceptor extends Closeable {
    /**
     * Waits for a client.
     *
     * @throws java.nio.channels.ClosedChannelException this was closed
     * @throws IOException this client could not be taken; others may come
     */
    Wire accept() throws IOException;

    /** Where, with the real port. */
    String address();

    /** Stops listening, wakes who accepts, and removes the file of a Unix socket. */
    @Override
    void close() throws IOException;
}
