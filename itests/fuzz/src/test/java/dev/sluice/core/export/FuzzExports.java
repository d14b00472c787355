package dev.sluice.core.export;

import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.contract.TestClient;
import dev.sluice.core.chain.CoreServices;
import dev.sluice.core.chain.Services;
import dev.sluice.core.util.Platform;
import dev.sluice.fuzz.Check;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** One export around a plugin of the target, with the shared parts of a core of its own. */
public final class FuzzExports implements Kinds {
    /** Of all buffers together. */
    public static final int BUFFERS = 8 << 20;
    /** As layers get them. */
    public final Services services;
    private final CoreServices core;
    private final Exports exports;
    private final FakeKind kind;

    /** With one export, which is started. */
    public FuzzExports(Platform platform, Supplier<NbdPlugin> maker) {
        kind = FakeKind.plugin("p", "1", maker::get);
        core = new CoreServices(platform, BUFFERS);
        services = core.services;
        exports = new Exports(services, new SwapLog());
        exports.setKinds(this);
        exports.add(new ExportConfig("e", ExportConfig.layers("e", List.of("p")), true, false, Duration.ofSeconds(1), Duration.ofSeconds(1),
                Path.of("/")));
    }

    /** A client opens the export. */
    public OpenConnection open() throws NbdException {
        return exports.open("e", new TestClient(1), new NoControl());
    }

    /** Fails if a buffer or a file was not given back, or a layer has asked the server to stop. */
    public void assertNothingLeaked() {
        core.assertNothingLeaked();
        Check.same(0, core.shutdowns.get(), "how often the server was asked to stop");
    }

    @Override
    public Optional<Kind> find(boolean filter, String name) {
        return Optional.of(kind);
    }

    @Override
    public List<Kind> all() {
        return List.of(kind);
    }
}
