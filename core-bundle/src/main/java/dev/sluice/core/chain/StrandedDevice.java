package dev.sluice.core.chain;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import java.nio.ByteBuffer;

/** What code that was given up finds where the device behind it was: it refuses everything. */
final class StrandedDevice implements NbdDevice {
    private final DeviceInfo info;

    /** @param info of the device that was there; null if it was not prepared */
    StrandedDevice(DeviceInfo info) {
        this.info = info;
    }

    static NbdException refused() {
        return new NbdException(NbdError.ESHUTDOWN, "this call did not return in time and was given up; nothing behind it can be used");
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void prepare() throws NbdException {
        throw refused();
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws NbdException {
        throw refused();
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws NbdException {
        throw refused();
    }

    @Override
    public void flush() throws NbdException {
        throw refused();
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws NbdException {
        throw refused();
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws NbdException {
        throw refused();
    }

    @Override
    public void cache(long offset, long length) throws NbdException {
        throw refused();
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws NbdException {
        throw refused();
    }
}
