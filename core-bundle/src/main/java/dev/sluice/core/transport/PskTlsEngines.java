package dev.sluice.core.transport;

import dev.sluice.api.runtime.PskEngines;
import dev.sluice.core.util.Monitor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/** Engines with shared keys. The JDK has none: they come from a service, which may go and come again. */
public final class PskTlsEngines implements TlsEngines {
    private final Supplier<Optional<PskEngines>> service;
    private final FromFiles<Map<String, byte[]>> keys;

    /**
     * Reads the file.
     *
     * @throws dev.sluice.api.ConfigException in one line: it can't be used
     */
    public PskTlsEngines(Path file, Supplier<Optional<PskEngines>> service, Monitor loading) {
        this.service = service;
        this.keys = new FromFiles<>("shared keys in " + file, List.of(file), () -> PskFile.read(file), loading);
    }

    @Override
    public SSLEngine engine() throws IOException {
        Map<String, byte[]> now = keys.get();
        return service.get().orElseThrow(() -> new IOException("the bundle dev.sluice.psk, which does TLS with shared keys, is not there"))
                .serverEngine(identity -> Optional.ofNullable(now.get(identity)).map(byte[]::clone));
    }
}
