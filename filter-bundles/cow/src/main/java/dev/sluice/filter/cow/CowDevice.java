package dev.sluice.filter.cow;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import dev.sluice.shared.blocks.AlignedSource;
import dev.sluice.shared.blocks.ExtentsBehind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** One connection's view of the disk: run by run from the overlay, from the layer behind, or zero. */
final class CowDevice implements NbdDevice {
    private static final String FORMAT = Overlays.FORMAT + ".device";
    /** The largest preferred block size that may be told to clients. */
    private static final int MAX_PREFERRED = 32 << 20;

    private final CowFilter filter;
    private final Overlays overlays;
    private final NbdDevice next;
    private final OpenRequest request;
    private final NextLayer layer;
    private OptionalLong told = OptionalLong.empty();
    private AlignedSource behind;
    private Overlay overlay;
    private DeviceInfo info;

    CowDevice(CowFilter filter, Overlays overlays, NbdDevice next, OpenRequest request, NextLayer layer) {
        this.filter = filter;
        this.overlays = overlays;
        this.next = next;
        this.request = request;
        this.layer = layer;
    }

    @Override
    public void prepare() throws IOException {
        behind = new AlignedSource(next, request.buffers());
        overlay = overlays.attach(request.exportName(), behind, told);
        BlockSizes sizes = next.info().blockSizes();
        int preferred = Math.max(sizes.preferred(), Math.min(MAX_PREFERRED, overlay.blockSize()));
        info = next.info().with()
                .size(overlay.size())
                .writable(true).flush(true).trim(true).zero(Support.NATIVE).fastZero(true)
                .fua(overlay.isKept() ? Support.EMULATE : Support.NATIVE)
                .cache(Support.NATIVE).extents(true).multiConn(true)
                .blockSizes(new BlockSizes(1, preferred, BlockSizes.UNLIMITED))
                .build();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        IOException notKept = filter.copyOnRead().isOn() ? keep(offset, length) : null;
        int before = reply.remaining();
        try {
            long end = offset + length;
            long at = offset;
            while (at < end) {
                int state = overlay.state(at);
                long to = overlay.runEnd(at, state, end);
                int n = (int) (to - at);
                switch (state) {
                    case Overlay.DATA -> overlay.describe(at, n, reply);
                    case Overlay.ZERO -> reply.zeroes(n);
                    default -> behind.read(at, n, reply);
                }
                at = to;
            }
        } catch (IOException | RuntimeException e) {
            reply.rewind(before);
            throw e;
        }
        if (notKept != null) {
            filter.notKept(notKept);
        }
    }

    /**
     * A copy that can't be kept is no reason to fail a read: the bytes are still behind. If they can't be had either, the
     * read fails by itself.
     */
    private IOException keep(long offset, int length) {
        try {
            overlay.copyUp(behind, offset, length);
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        overlay.write(behind, offset, data);
    }

    /**
     * A temporary overlay goes with the server, so there is nothing that a crash could leave, and this does nothing; the
     * same goes for FUA. For one that is kept the core makes FUA of this.
     */
    @Override
    public void flush() throws IOException {
        overlay.flush();
    }

    /** Trimmed bytes read as zero, to the byte, as in nbdkit. */
    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        overlay.zero(behind, offset, length);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        if (flags.fastZero() && !overlay.hasWholeBlock(offset, length)) {
            throw new NbdException(NbdError.ENOTSUP, "zeroing a part of a block is not quicker than writing it");
        }
        overlay.zero(behind, offset, length);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        if (filter.copyOnCache()) {
            overlay.copyUp(behind, offset, length);
            return;
        }
        long end = offset + length;
        long at = offset;
        while (at < end) {
            int state = overlay.state(at);
            long to = overlay.runEnd(at, state, end);
            if (state == Overlay.UNTOUCHED) {
                behind.cache(at, to - at);
            }
            at = to;
        }
    }

    /** What other contexts the layer behind has say nothing about the overlay. */
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
            int state = overlay.state(at);
            long to = overlay.runEnd(at, state, end);
            if (state == Overlay.UNTOUCHED) {
                ExtentsBehind part = new ExtentsBehind(sink, at, to);
                behind.status(context, at, to - at, flags, part);
                more = part.more();
                // the layer behind may describe less than it was asked for
                to = part.end();
            } else {
                more = sink.extent(at, to - at, state == Overlay.ZERO ? MetaContext.HOLE | MetaContext.ZERO : 0);
            }
            at = to;
        }
    }

    /** The size that the client was told, so that a disk that has grown meanwhile does not show it another one. */
    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, Overlays.VERSION, Map.of("size", info.size())));
    }

    @Override
    public void adopt(HandOver state) {
        if (!state.format().equals(FORMAT) || state.version() != Overlays.VERSION) {
            throw new ConfigException("cow takes over devices of format '" + FORMAT + "' version " + Overlays.VERSION + ", not of '"
                    + state.format() + "' version " + state.version());
        }
        told = OptionalLong.of((Long) state.state().get("size"));
    }

    /** Brings the changes into the layer behind. */
    void commit() throws IOException {
        if (next.info().isWritable()) {
            Commit.run(overlay, next, request);
            return;
        }
        try (NbdDevice writable = layer.open(request.withReadOnly(false))) {
            Commit.run(overlay, writable, request);
        }
    }

    Overlay overlay() {
        return overlay;
    }

    @Override
    public void close() throws IOException {
        if (overlay != null) {
            overlays.detach(overlay);
        }
    }
}
