package dev.sluice.core.engine;

import dev.sluice.api.ConfigException;
import dev.sluice.core.handshake.HandshakeOptions;
import dev.sluice.core.transport.ListenAddress;
import dev.sluice.core.transport.TlsConfig;
import java.time.Duration;
import java.util.Optional;

/**
 * A listener as configured.
 *
 * @param name for people
 * @param address where
 * @param handshake how it negotiates
 * @param handshakeTimeout by when a client must have chosen an export
 * @param readOnly whether its clients may only read
 * @param maxConnections at once
 * @param threads requests of one connection that may run at once; 1: in order
 * @param maxBytes of payload and replies of one connection in flight
 * @param keepAlive whether the system asks silent clients if they are still there (TCP)
 * @param paused whether clients queue, bound but not taken, until the listener goes on
 * @param tls its keys; empty if it has no TLS
 * @param idleTimeout after which a client without a request has to go; zero: never
 */
public record ListenerConfig(String name, ListenAddress address, HandshakeOptions handshake, Duration handshakeTimeout, boolean readOnly,
        int maxConnections, int threads, long maxBytes, boolean keepAlive, boolean paused,
        Optional<TlsConfig> tls, Duration idleTimeout) {
    /**
     * Checks the bounds.
     *
     * @throws ConfigException in one line
     */
    public ListenerConfig {
        if (tls.isEmpty() != (handshake.tls() == HandshakeOptions.Tls.OFF)) {
            throw new ConfigException("listener " + name + ": TLS that is on needs keys, and keys need TLS that is on");
        }
        if (handshake.tls() == HandshakeOptions.Tls.REQUIRE && handshake.style() == HandshakeOptions.Style.OLDSTYLE) {
            throw new ConfigException("listener " + name + ": the oldstyle protocol has no TLS that could be required");
        }
        if (maxConnections < 1) {
            throw new ConfigException("listener " + name + ": max-connections must be at least 1, not " + maxConnections);
        }
        if (threads < 1 || threads > 1024) {
            throw new ConfigException("listener " + name + ": threads must be from 1 to 1024, not " + threads);
        }
        if (maxBytes < 64 << 20) {
            throw new ConfigException("listener " + name + ": max-bytes must be at least 64M, the size of the largest request, not "
                    + maxBytes);
        }
    }

    /** One that is not paused, without keepalive and TLS. */
    public ListenerConfig(String name, ListenAddress address, HandshakeOptions handshake, Duration handshakeTimeout, boolean readOnly,
            int maxConnections, int threads, long maxBytes) {
        this(name, address, handshake, handshakeTimeout, readOnly, maxConnections, threads, maxBytes, false, false,
                Optional.empty(), Duration.ZERO);
    }

    /** The same that takes its clients. */
    public ListenerConfig resumed() {
        return new ListenerConfig(name, address, handshake, handshakeTimeout, readOnly, maxConnections, threads, maxBytes,
                keepAlive, false, tls, idleTimeout);
    }
}
