package dev.sluice.filter.cache;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.Cancellation;
import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.LayerContext;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import dev.sluice.shared.blocks.ExtentsBehind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** One connection's view of the disk: from the cache where that has it, else from the layer behind. */
final class CacheDevice implements NbdDevice {
    private static final String FORMAT = Caches.FORMAT + ".device";
    /** The largest preferred block size that may be told to clients. */
    private static final int MAX_PREFERRED = 32 << 20;
    /** How long the end of the server may take for dirty blocks. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Caches caches;
    private final Settings settings;
    private final LayerContext layer;
    private final NbdDevice next;
    private final OpenRequest request;
    private final Cancellation cancellation;
    private OptionalLong told = OptionalLong.empty();
    private Behind behind;
    private Caches.Shared shared;
    private Cache cache;
    private DeviceInfo info;

    CacheDevice(Caches caches, Settings settings, LayerContext layer, NbdDevice next, OpenRequest request) {
        this.caches = caches;
        this.settings = settings;
        this.layer = layer;
        this.next = next;
        this.request = request;
        this.cancellation = request.cancellation();
    }

    @Override
    public void prepare() throws IOException {
        behind = new Behind(next, request.buffers());
        shared = caches.attach(request.exportName(), behind, told);
        cache = shared.cache;
        if (told.isPresent()) {
            // what was written before the swap is not known to be stable
            shared.homing.wrote(behind);
        }
        DeviceInfo i = next.info();
        BlockSizes sizes = i.blockSizes();
        DeviceInfo.Builder b = i.with().size(cache.size()).cache(Support.NATIVE).multiConn(true)
                .blockSizes(new BlockSizes(1, Math.max(sizes.preferred(), Math.min(MAX_PREFERRED, cache.blockSize())),
                        BlockSizes.UNLIMITED));
        if (i.isWritable()) {
            boolean direct = settings.mode() == Settings.Mode.UNSAFE || settings.isThrough() && i.fua() == Support.NATIVE;
            b.flush(true).zero(Support.NATIVE).fastZero(true).extents(true).fua(direct ? Support.NATIVE : Support.EMULATE);
        }
        info = b.build();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        boolean keep = settings.onRead().isOn();
        int before = reply.remaining();
        try {
            long end = offset + length;
            long at = offset;
            while (at < end) {
                at = readRun(at, end, keep, reply);
            }
        } catch (IOException | RuntimeException e) {
            reply.rewind(before);
            throw e;
        }
    }

    /** What lies together, from {@code at} on. Returns where it ends; {@code at} if the block has just come or gone. */
    private long readRun(long at, long end, boolean keep, ReadReply reply) throws IOException {
        int state = cache.state(at);
        long to;
        switch (state) {
            case Cache.ZERO -> {
                to = cache.runEnd(at, state, end);
                reply.zeroes((int) (to - at));
            }
            case Cache.NONE -> {
                to = cache.runEnd(at, state, end);
                if (keep) {
                    to = cache.groupEnd(at, to);
                    cache.readAndKeep(behind, at, to, reply);
                } else {
                    behind.source().read(at, (int) (to - at), reply);
                }
            }
            default -> {
                to = cache.cachedEnd(at, end);
                if (to > at) {
                    cache.describe(behind, at, (int) (to - at), reply);
                }
            }
        }
        return to;
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        shared.writing.write(behind, offset, data, behindFlags(flags), cancellation);
    }

    /** FUA goes on only where the layer behind has it; with unsafe it means nothing. */
    private Flags behindFlags(Flags flags) {
        return settings.isThrough() ? flags : flags.without(Flags.FUA);
    }

    @Override
    public void flush() throws IOException {
        if (settings.mode() != Settings.Mode.UNSAFE || !info.isWritable()) {
            shared.homing.all(behind, cancellation::check);
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        shared.writing.trim(behind, offset, length, behindFlags(flags));
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        shared.writing.zero(behind, offset, length, behindFlags(flags), cancellation);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        long end = offset + length;
        long at = offset;
        while (at < end) {
            int state = cache.state(at);
            long to = cache.runEnd(at, state, end);
            while (state == Cache.NONE && at < to) {
                cancellation.check();
                long part = cache.groupEnd(at, to);
                if (!cache.takeIn(behind, at, part)) {
                    behind.source().cache(at, part - at);
                }
                at = part;
            }
            at = to;
        }
    }

    /** What other contexts the layer behind has say nothing about dirty blocks. */
    @Override
    public List<MetaContext> contexts() {
        return List.of();
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        long end = offset + length;
        long at = offset;
        boolean more = true;
        while (more && at < end) {
            int state = cache.state(at);
            long to = cache.runEnd(at, state, end);
            if (state == Cache.DIRTY || state == Cache.ZERO) {
                more = sink.extent(at, to - at, state == Cache.ZERO ? MetaContext.HOLE | MetaContext.ZERO : 0);
            } else {
                ExtentsBehind part = new ExtentsBehind(sink, at, to);
                behind.source().status(context, at, to - at, flags, part);
                more = part.more();
                // the layer behind may describe less than it was asked for
                to = part.end();
            }
            at = to;
        }
    }

    /** Brings everything home; no request is inside. */
    void home() throws IOException {
        shared.homing.all(behind, layer.cancellation()::check);
    }

    Cache cache() {
        return cache;
    }

    /**
     * The last one who can brings everything home: afterwards there would be nobody. A server that ends waits for it, but
     * not for ever.
     */
    @Override
    public void finish() throws IOException {
        boolean last = caches.detach(shared, behind);
        try {
            if (last && info.isWritable() && cache.isDirty()) {
                long start = layer.clock().getAsLong();
                shared.homing.all(behind, () -> checkGoodbye(start));
            }
        } finally {
            behind.end();
            shared.homing.leaving(behind);
        }
    }

    private void checkGoodbye(long start) throws NbdException {
        if (layer.cancellation().isCancelled() && layer.clock().getAsLong() - start > PATIENCE.toNanos()) {
            throw new NbdException(NbdError.ESHUTDOWN, shared.homing.amount() + " of dirty blocks are lost: the server ends, and they"
                    + " were not home within " + PATIENCE.toSeconds() + " s");
        }
    }

    /** The size that the client was told, so that a disk that has grown meanwhile does not show it another one. */
    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, Caches.VERSION, Map.of("size", info.size())));
    }

    @Override
    public void adopt(HandOver state) {
        if (!state.format().equals(FORMAT) || state.version() != Caches.VERSION) {
            throw new ConfigException("cache: can't take over state of format '" + state.format() + "' version " + state.version());
        }
        told = OptionalLong.of((Long) state.state().get("size"));
    }

    @Override
    public void close() {
        if (shared != null) {
            caches.detach(shared, behind);
            behind.end();
        }
    }
}
