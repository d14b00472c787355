package dev.sluice.core.export;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.Files;
import dev.sluice.core.chain.Services;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.RealPlatform;
import dev.sluice.core.util.Timers;
import dev.sluice.core.util.Workers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An export with one client and no socket: some filters that pass everything on, and a disk of one block of memory that
 * stands at every offset, so that the figures are those of the core and not of the processor's caches.
 */
public final class BenchExport implements AutoCloseable {
    /** Bytes of a request that fits. */
    public static final int BLOCK = 4096;
    /** Bytes of the disk. */
    public static final int SIZE = 1 << 20;

    /** What all layers share. */
    public final Services services;
    /** The client's use of the export. */
    public final OpenConnection connection;
    private final Exports exports;
    private final Export export;

    /** With this many filters. */
    public BenchExport(int filters) throws IOException {
        RealPlatform platform = new RealPlatform();
        services = new Services(platform, new BufferPool(platform, 256 << 20), new Files(), new Workers(platform, "worker", 64),
                new Timers(platform), Path.of(System.getProperty("java.io.tmpdir")), () -> { });
        exports = new Exports(services, new SwapLog());
        BenchKinds kinds = new BenchKinds();
        exports.setKinds(kinds);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < filters; i++) {
            lines.add("through");
        }
        lines.add("block");
        export = exports.add(new ExportConfig("bench", ExportConfig.layers("bench", lines), true, false, Duration.ofSeconds(10),
                Duration.ofSeconds(10), Path.of("/")));
        Deadline deadline = Deadline.after(platform, Duration.ofSeconds(30));
        // it is being started on another thread
        while (export.state() != ExportState.ACTIVE) {
            if (deadline.isOver() || export.state() == ExportState.FAILED) {
                throw new IOException("the export is " + export.state() + ": " + export.why());
            }
            platform.park(this, 1_000_000);
        }
        connection = exports.open("bench", new TestClient(1), new NoControl());
    }

    @Override
    public void close() {
        connection.close();
        exports.remove(export, "the benchmark ends");
        services.timers().close();
        services.workers().close();
    }

    /** Passes everything on. */
    public static final class Through implements NbdFilter {
        @Override
        public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
            return new ForwardingDevice(next.open(request));
        }
    }

    /** One block. */
    public static final class Block implements NbdPlugin {
        @Override
        public NbdDevice open(OpenRequest request) {
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
            DeviceInfo info = DeviceInfo.readOnly(SIZE).writable(true).flush(true).build();
            return new NbdDevice() {
                @Override
                public DeviceInfo info() {
                    return info;
                }

                @Override
                public void read(long offset, int length, ReadReply reply) throws IOException {
                    ByteBuffer into = reply.buffer(length);
                    into.put(into.position(), block, 0, length);
                    into.position(into.position() + length);
                }

                @Override
                public void write(long offset, ByteBuffer data, Flags flags) {
                    block.put(0, data, data.position(), data.remaining());
                    data.position(data.limit());
                }

                @Override
                public void flush() {
                    // everything is where it stays
                }
            };
        }
    }

    private static final class BenchKinds implements Kinds {
        private final List<Kind> kinds = List.of(FakeKind.filter("through", "1", Through::new), FakeKind.plugin("block", "1", Block::new));

        @Override
        public Optional<Kind> find(boolean filter, String name) {
            return kinds.stream().filter(k -> k.filter() == filter && k.name().equals(name)).findFirst();
        }

        @Override
        public List<Kind> all() {
            return kinds;
        }
    }
}
