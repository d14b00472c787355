package dev.sluice.core.export;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Peer;
import dev.sluice.api.util.DeclaredParameters;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.Files;
import dev.sluice.core.chain.Services;
import dev.sluice.core.util.Platform;
import dev.sluice.core.util.Timers;
import dev.sluice.core.util.Workers;
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
    private final BufferPool buffers;
    private final Files files = new Files();
    private final Exports exports;
    private final Supplier<NbdPlugin> maker;

    /** With one export, which is started. */
    public FuzzExports(Platform platform, Supplier<NbdPlugin> maker) {
        this.maker = maker;
        buffers = new BufferPool(platform, BUFFERS);
        services = new Services(platform, buffers, files, new Workers(platform, "worker", 8), new Timers(platform), Path.of("/nowhere"),
                () -> {
                    throw new AssertionError("nobody stops the server");
                });
        exports = new Exports(services, new SwapLog());
        exports.setKinds(this);
        exports.add(new ExportConfig("e", ExportConfig.layers("e", List.of("p")), true, false, Duration.ofSeconds(1), Duration.ofSeconds(1),
                Path.of("/")));
    }

    /** A client opens the export. */
    public OpenConnection open() throws NbdException {
        return exports.open("e", new Client(), new Control());
    }

    /** Fails if a buffer or a file was not given back. */
    public void assertNothingLeaked() {
        Check.same(0L, buffers.leases(), "buffers that were not given back");
        Check.same(0L, files.open(), "files that are still open");
    }

    @Override
    public Optional<Kind> find(boolean filter, String name) {
        return Optional.of(new Plugin());
    }

    @Override
    public List<Kind> all() {
        return List.of(new Plugin());
    }

    private final class Plugin implements Kind {
        @Override
        public String name() {
            return "p";
        }

        @Override
        public boolean filter() {
            return false;
        }

        @Override
        public String bundle() {
            return "p";
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public String location() {
            return "p";
        }

        @Override
        public Class<?> type() {
            return NbdPlugin.class;
        }

        @Override
        public DeclaredParameters declared() {
            return DeclaredParameters.of(NbdPlugin.class);
        }

        @Override
        public NbdLayer create() {
            return maker.get();
        }

        @Override
        public void release(NbdLayer layer) {
            // there is nothing to give back
        }
    }

    private record Client() implements ClientInfo {
        @Override
        public long connection() {
            return 1;
        }

        @Override
        public Peer peer() {
            return Peer.LOCAL;
        }

        @Override
        public boolean tls() {
            return false;
        }

        @Override
        public boolean readOnly() {
            return false;
        }

        @Override
        public void disconnect(boolean force) {
            throw new AssertionError("nobody asks for this here");
        }
    }

    private record Control() implements ExportDirectory.SessionControl {
        @Override
        public void disconnectSoft(String why) {
            throw new AssertionError("nobody asks for this here");
        }

        @Override
        public void disconnectHard(String why) {
            throw new AssertionError("nobody asks for this here");
        }
    }
}
