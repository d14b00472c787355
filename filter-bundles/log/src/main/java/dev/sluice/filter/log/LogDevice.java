package dev.sluice.filter.log;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** A line before and after each request of one connection; the request itself passes untouched. */
final class LogDevice extends ForwardingDevice {
    private static final String FORMAT = "dev.sluice.filter.log.connection";
    private static final int VERSION = 1;

    private final Recorder recorder;
    private final String exportName;
    private final boolean tls;
    private final AtomicLong requests = new AtomicLong();
    private boolean follows;

    LogDevice(NbdDevice next, Recorder recorder, String exportName, boolean tls) {
        super(next);
        this.recorder = recorder;
        this.exportName = exportName;
        this.tls = tls;
    }

    @Override
    public void prepare() {
        if (follows) {
            // the client has been announced by the layer before
            return;
        }
        DeviceInfo i = next.info();
        recorder.print("Connect", new LogFields().text("export", exportName).flag("tls", tls).hex("size", i.size())
                .hex("minsize", i.blockSizes().minimum()).hex("prefsize", i.blockSizes().preferred())
                .hex("maxsize", i.blockSizes().maximum()).flag("write", i.isWritable()).flag("flush", i.canFlush())
                .flag("rotational", i.rotational()).flag("trim", i.canTrim()).number("zero", number(i.zero()))
                .number("fua", number(i.fua())).flag("extents", i.extents()).number("cache", number(i.cache()))
                .flag("fast_zero", i.canFastZero()));
    }

    /** nbdkit's numbers. */
    private static int number(Support support) {
        return switch (support) {
            case NONE -> 0;
            case EMULATE -> 1;
            case NATIVE -> 2;
        };
    }

    @Override
    public void finish() {
        recorder.print("Disconnect", new LogFields().number("transactions", requests.get()));
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        logged("Read", range(offset, length), () -> next.read(offset, length, reply));
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        logged("Write", range(offset, data.remaining()).flag("fua", flags.fua()), () -> next.write(offset, data, flags));
    }

    @Override
    public void flush() throws IOException {
        logged("Flush", new LogFields(), next::flush);
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        logged("Trim", range(offset, length).flag("fua", flags.fua()), () -> next.trim(offset, length, flags));
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        logged("Zero", range(offset, length).flag("trim", flags.mayTrim()).flag("fua", flags.fua()).flag("fast", flags.fastZero()),
                () -> next.zero(offset, length, flags));
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        logged("Cache", range(offset, length), () -> next.cache(offset, length));
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        LogFields before = range(offset, length).flag("req_one", flags.reqOne());
        boolean basic = context.equals(MetaContext.BASE_ALLOCATION);
        if (!basic) {
            before.text("context", context.name());
        }
        ExtentsText seen = new ExtentsText(sink, basic);
        recorder.around("Extents", requests.incrementAndGet(), before, () -> {
            next.status(context, offset, length, flags, seen);
            return seen;
        }, s -> new LogFields().list("extents", s.words()));
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("requests", requests.get())));
    }

    @Override
    public void adopt(HandOver state) {
        if (!state.format().equals(FORMAT) || !(state.state().get("requests") instanceof Long count)) {
            throw new ConfigException("log: can't take over state of format '" + state.format() + "' version " + state.version());
        }
        requests.set(count);
        follows = true;
    }

    private static LogFields range(long offset, long length) {
        return new LogFields().hex("offset", offset).hex("count", length);
    }

    private interface Request {
        void run() throws IOException;
    }

    private void logged(String action, LogFields before, Request request) throws IOException {
        recorder.around(action, requests.incrementAndGet(), before, () -> {
            request.run();
            return null;
        }, nothing -> new LogFields());
    }
}
