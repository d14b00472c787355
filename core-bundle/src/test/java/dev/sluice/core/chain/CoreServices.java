package dev.sluice.core.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.Files;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import dev.sluice.core.util.Platform;
import dev.sluice.core.util.Timers;
import dev.sluice.core.util.Workers;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** The shared parts of a core, for one test. */
public final class CoreServices implements AutoCloseable {
    /** As layers get them. */
    public final Services services;
    /** Counted. */
    public final BufferPool buffers;
    /** Counted. */
    public final Files files = new Files();
    /** How often a layer has asked the server to stop. */
    public final AtomicInteger shutdowns = new AtomicInteger();

    /** On this platform, with 256 MiB of buffers. */
    public CoreServices(Platform platform) {
        this(platform, 256 << 20);
    }

    /** On this platform, with this many bytes of buffers. */
    public CoreServices(Platform platform, long bytes) {
        buffers = new BufferPool(platform, bytes);
        services = new Services(platform, buffers, files, new Workers(platform, "worker", 64), new Timers(platform), Path.of("/tmp"),
                shutdowns::incrementAndGet);
    }

    /** On a platform of its own, which nobody advances. */
    public CoreServices() {
        this(new ManualPlatform());
    }

    /** Fails if a buffer or a file is not given back; threads that are about to end may still do so. */
    public void assertNothingLeaked() {
        Background.letBecome(() -> buffers.leases() == 0 && files.open() == 0);
        assertEquals(0, buffers.leases(), "buffers that were not given back");
        assertEquals(0, files.open(), "files that are still open");
    }

    @Override
    public void close() {
        services.timers().close();
        services.workers().close();
    }
}
