package dev.sluice.core.osgi;

import dev.sluice.api.ConfigException;
import dev.sluice.core.handshake.HandshakeOptions;
import dev.sluice.core.transport.TlsConfig;
import dev.sluice.core.transport.TlsConfig.ClientCertificates;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a listener's configuration says about TLS. */
final class ListenerTls {
    static final List<String> KEYS = List.of("tls-certificates", "tls-psk", "tls-verify-peer");
    private static final Map<String, ClientCertificates> CLIENTS = Map.of("false", ClientCertificates.NOT_ASKED,
            "optional", ClientCertificates.ASKED, "true", ClientCertificates.DEMANDED);

    private ListenerTls() {
    }

    static HandshakeOptions.Tls mode(Configured c) {
        return switch (c.choice("tls", "off", "on", "require")) {
            case "on" -> HandshakeOptions.Tls.ON;
            case "require" -> HandshakeOptions.Tls.REQUIRE;
            default -> HandshakeOptions.Tls.OFF;
        };
    }

    /**
     * Where its keys are; empty if TLS is off.
     *
     * @throws ConfigException there are none, or there are some and nobody says what for: that must not end in plain text
     */
    static Optional<TlsConfig> keys(Configured c) {
        if (mode(c) == HandshakeOptions.Tls.OFF) {
            if (c.string("tls", "").isEmpty()) {
                KEYS.stream().filter(key -> !c.string(key, "").isEmpty()).findFirst().ifPresent(key -> {
                    throw c.missing("tls", key + " is set, so it must say on, require or off");
                });
            }
            return Optional.empty();
        }
        return Optional.of(TlsConfig.of(path(c.string("tls-certificates", "")), path(c.string("tls-psk", "")),
                CLIENTS.get(c.choice("tls-verify-peer", "false", "true", "optional"))));
    }

    private static Optional<Path> path(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text).toAbsolutePath());
    }
}
