package dev.sluice.core.transport;

import java.io.IOException;

/** Makes listeners: a seam for a simulation. */
public interface Network {
    /** Binds and listens. */
    Acceptor listen(ListenAddress address) throws IOException;

    /** Ends what serves idle connections; all wires are closed before. */
    default void close() {
        // a network without threads of its own
    }
}
