package dev.sluice.api.runtime;

import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * TLS with keys that client and server share, which the JDK lacks: a service for the core, made of a library that the core
 * does not see. Safe for use by several threads.
 */
@ConsumerType
public interface PskEngines {
    /**
     * An engine for one connection, in server mode, with TLS 1.2 and 1.3. It never asks for a certificate and never
     * negotiates anew. When its handshake is over {@link javax.net.ssl.SSLSession#getPeerPrincipal} names the identity whose
     * key the client has.
     *
     * @param keys the key of an identity; a copy, which the engine may wipe. Empty for an identity that nobody has: the
     *     client must not be able to tell that from a wrong key sooner than the protocol forces
     */
    SSLEngine serverEngine(Function<String, Optional<byte[]>> keys);
}
