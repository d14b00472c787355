package dev.sluice.core.transport;

import java.io.IOException;
import javax.net.ssl.SSLEngine;

/** Makes the TLS engines of a listener's connections. Safe for use by several threads. */
public interface TlsEngines {
    /**
     * For one connection, in server mode, with the keys as they are in their files now.
     *
     * @throws IOException in one line: it can't be made at the moment
     */
    SSLEngine engine() throws IOException;
}
