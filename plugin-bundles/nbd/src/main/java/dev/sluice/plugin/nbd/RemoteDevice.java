package dev.sluice.plugin.nbd;

import dev.sluice.api.Cancellation;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** An export of the server for one client of ours. It connects in {@link #prepare}, unless connections were handed over. */
final class RemoteDevice implements NbdDevice {
    static final String FORMAT = "dev.sluice.plugin.nbd";
    static final int VERSION = 1;
    /** One request without data covers at most this much; a multiple of every block size. */
    private static final long MAX_LENGTH = 1L << 30;

    private final RemotePlugin plugin;
    private final OpenRequest request;
    private final Cancellation cancellation;
    private final boolean shared;
    private final Settings settings;
    private final Upstream upstream;
    private final AtomicLong lossesSeen = new AtomicLong();
    private Cancellation.Registration wake;
    private DeviceInfo info;
    private boolean adopted;

    RemoteDevice(RemotePlugin plugin, OpenRequest request, Settings settings, Upstream upstream, boolean shared) {
        this.plugin = plugin;
        this.request = request;
        this.cancellation = request.cancellation();
        this.settings = settings;
        this.upstream = upstream;
        this.shared = shared;
    }

    @Override
    public void prepare() throws IOException {
        wake = cancellation.onCancel(upstream::wake);
        upstream.start(cancellation);
        if (!adopted) {
            lossesSeen.set(upstream.losses());
        }
        info = upstream.facts().info(request.readOnly(), shared);
        plugin.opened(this);
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    String export() {
        return settings.target().export();
    }

    String description() {
        return upstream.facts().description();
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        int most = upstream.facts().maxPayload();
        int done = 0;
        while (done < length) {
            int n = Math.min(most, length - done);
            piece(offset + done, n, reply);
            done += n;
        }
    }

    private void piece(long offset, int length, ReadReply reply) throws IOException {
        int before = reply.remaining();
        ByteBuffer buffer = reply.buffer(length);
        Pending p = call(Proto.READ, offset, length, buffer.slice(), 0, null, true);
        if (p.onlyHoles && upstream.facts().structured()) {
            reply.rewind(before);
            reply.zeroes(length);
        } else {
            buffer.position(buffer.limit());
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        int most = upstream.facts().maxPayload();
        ByteBuffer all = data.duplicate();
        while (all.hasRemaining()) {
            int n = Math.min(most, all.remaining());
            ByteBuffer piece = all.slice(all.position(), n);
            call(Proto.WRITE, offset + all.position() - data.position(), n, null, fua(flags), piece, false);
            changed(flags);
            all.position(all.position() + n);
        }
    }

    @Override
    public void flush() throws IOException {
        long before = lossesSeen.get();
        long losses = upstream.losses();
        long mark = upstream.mark();
        call(Proto.FLUSH, 0, 0, null, 0, null, true);
        upstream.flushed(mark);
        losses = Math.max(losses, upstream.losses());
        if (losses > before) {
            lossesSeen.set(losses);
            throw new NbdException(NbdError.EIO, "the connection to " + settings.target() + " was lost before earlier writes were flushed");
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        pieces(Proto.TRIM, offset, length, fua(flags), flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        int bits = fua(flags) | (flags.mayTrim() ? 0 : Proto.FLAG_NO_HOLE) | (flags.fastZero() ? Proto.FLAG_FAST_ZERO : 0);
        pieces(Proto.WRITE_ZEROES, offset, length, bits, flags);
    }

    private void pieces(int command, long offset, long length, int bits, Flags flags) throws IOException {
        long done = 0;
        while (done < length) {
            int n = (int) Math.min(MAX_LENGTH, length - done);
            call(command, offset + done, n, null, bits, null, false);
            changed(flags);
            done += n;
        }
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        long done = 0;
        while (done < length) {
            int n = (int) Math.min(MAX_LENGTH, length - done);
            call(Proto.CACHE, offset + done, n, null, 0, null, true);
            done += n;
        }
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        int n = (int) Math.min(MAX_LENGTH, length);
        Pending p = call(Proto.BLOCK_STATUS, offset, n, null, flags.reqOne() ? Proto.FLAG_REQ_ONE : 0, null, true);
        long at = offset;
        for (int i = 0; i < p.extentCount; i++) {
            // reserved bits mean nothing here
            long status = p.extents[2 * i + 1] & (MetaContext.HOLE | MetaContext.ZERO);
            if (!sink.extent(at, p.extents[2 * i], status)) {
                return;
            }
            at += p.extents[2 * i];
        }
    }

    /**
     * One request.
     *
     * @param repeatable whether it may be sent again on another connection; a write may not, because the server could
     *     still do the first one after later writes
     */
    private Pending call(int command, long offset, int length, ByteBuffer target, int bits, ByteBuffer data, boolean repeatable)
            throws IOException {
        Waiting waiting = new Waiting(cancellation, request.clock(), settings.requestNanos());
        boolean again = repeatable;
        while (true) {
            Link link = upstream.link(cancellation);
            Pending p = link.request(command, offset, length, target);
            try {
                link.call(p, bits, data, waiting);
                return p;
            } catch (LostException e) {
                waiting.check();
                if (!again) {
                    throw new NbdException(NbdError.EIO, settings.target() + ": " + Proto.command(command) + " was not answered: "
                            + e.getMessage(), e);
                }
                again = false;
            }
        }
    }

    private void changed(Flags flags) {
        if (!flags.fua()) {
            upstream.wrote();
        }
    }

    private static int fua(Flags flags) {
        return flags.fua() ? Proto.FLAG_FUA : 0;
    }

    @Override
    public Optional<HandOver> release() {
        if (info == null) {
            return Optional.empty();
        }
        // connections that are shared are the layer's
        Map<String, Object> state = new HashMap<>(shared ? Map.of() : upstream.release());
        state.put("server", settings.target().toString());
        state.put("export", settings.target().export());
        state.put("seen", lossesSeen.get());
        return Optional.of(new HandOver(FORMAT, VERSION, state));
    }

    @Override
    public void adopt(HandOver state) throws Exception {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            NbdDevice.super.adopt(state);
        }
        boolean connected = state.state().containsKey("sockets");
        if (connected && shared) {
            RemotePlugin.drop(settings, request, state.state());
        } else if (connected) {
            RemotePlugin.adopt(upstream, settings, request, state.state());
        }
        if (connected != shared) {
            lossesSeen.set((Long) state.state().get("seen"));
            adopted = true;
        }
    }

    @Override
    public void close() {
        plugin.closed(this);
        if (wake != null) {
            wake.close();
        }
        if (!shared) {
            upstream.close();
        }
    }
}
