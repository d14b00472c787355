package dev.sluice.filter.timelimit;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Looks at the clock before each request. In a swap the time goes on. */
final class TimeLimitDevice extends ForwardingDevice {
    private static final String FORMAT = "dev.sluice.filter.time-limit.connection";
    private static final int VERSION = 1;
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.time-limit");

    private final long limit;
    private final OpenRequest request;
    private volatile long start;
    private volatile boolean over;

    TimeLimitDevice(NbdDevice next, Duration limit, OpenRequest request, long start) {
        super(next);
        this.limit = limit.toNanos();
        this.request = request;
        this.start = start;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        check();
        next.read(offset, length, reply);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        check();
        next.write(offset, data, flags);
    }

    @Override
    public void flush() throws IOException {
        check();
        next.flush();
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        check();
        next.trim(offset, length, flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        check();
        next.zero(offset, length, flags);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        check();
        next.cache(offset, length);
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        check();
        next.status(context, offset, length, flags, sink);
    }

    private void check() throws NbdException {
        if (limit == 0 || request.clock().getAsLong() - start < limit) {
            return;
        }
        if (!over) {
            over = true;
            LOG.log(System.Logger.Level.INFO, "connection " + request.client().connection() + " (" + request.client().peer()
                    + ") has been there for " + text() + " and is sent away");
            request.client().disconnect(false);
        }
        throw new NbdException(NbdError.ESHUTDOWN, "connected for longer than " + text());
    }

    private String text() {
        return limit / 1e9 + " s";
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("start", start)));
    }

    @Override
    public void adopt(HandOver state) {
        if (!state.format().equals(FORMAT) || !(state.state().get("start") instanceof Long before)) {
            throw new ConfigException("time-limit: can't take over state of format '" + state.format() + "' version " + state.version());
        }
        start = before;
    }
}
