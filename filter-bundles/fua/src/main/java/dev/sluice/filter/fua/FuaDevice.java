package dev.sluice.filter.fua;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Adds, keeps or drops FUA and flush. What is emulated is done by the core's wrapper, here and behind. */
final class FuaDevice extends ForwardingDevice {
    private final FuaMode mode;
    private final boolean flushOnClose;
    private final boolean readOnly;

    FuaDevice(NbdDevice next, FuaMode mode, boolean flushOnClose, boolean readOnly) {
        super(next);
        this.mode = mode;
        this.flushOnClose = flushOnClose;
        this.readOnly = readOnly;
    }

    @Override
    public void prepare() throws IOException {
        if (readOnly) {
            // nothing will be written, so no mode has an effect that could be missing
            return;
        }
        if (mode == FuaMode.EMULATE && !next.info().canFlush()) {
            throw new NbdException(NbdError.EINVAL, "fuamode=emulate needs flush, which the layer behind does not have");
        }
        if ((mode == FuaMode.NATIVE || mode == FuaMode.FORCE) && next.info().fua() == Support.NONE) {
            throw new NbdException(NbdError.EINVAL, "fuamode=" + mode.text() + " needs FUA, which the layer behind does not have");
        }
    }

    @Override
    public DeviceInfo info() {
        DeviceInfo behind = next.info();
        return switch (mode) {
            case NONE -> behind.with().fua(Support.NONE).build();
            case EMULATE -> behind.with().fua(behind.canFlush() ? Support.EMULATE : Support.NONE).build();
            case NATIVE -> behind.with().fua(behind.fua() == Support.NONE ? Support.NONE : Support.NATIVE).build();
            case FORCE, DISCARD -> behind.with().flush(true).fua(Support.NATIVE).build();
            case PASS -> behind;
        };
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        next.write(offset, data, changed(flags));
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        next.trim(offset, length, changed(flags));
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        next.zero(offset, length, changed(flags));
    }

    @Override
    public void flush() throws IOException {
        if (mode != FuaMode.FORCE && mode != FuaMode.DISCARD) {
            next.flush();
        }
    }

    @Override
    public void finish() throws IOException {
        if (flushOnClose && next.info().canFlush()) {
            next.flush();
        }
    }

    private Flags changed(Flags flags) {
        return switch (mode) {
            case FORCE -> flags.with(Flags.FUA);
            case DISCARD -> flags.without(Flags.FUA);
            case NONE, EMULATE, NATIVE, PASS -> flags;
        };
    }
}
