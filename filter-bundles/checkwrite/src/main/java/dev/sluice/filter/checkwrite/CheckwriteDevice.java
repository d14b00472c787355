package dev.sluice.filter.checkwrite;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Support;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.shared.blocks.AlignedSource;
import dev.sluice.shared.contents.Contents;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Offers everything that writes, and makes a comparison of it. Nothing is written, so FUA and flush have nothing to do. */
final class CheckwriteDevice extends ForwardingDevice {
    private final OpenRequest request;
    private Contents contents;

    CheckwriteDevice(NbdDevice next, OpenRequest request) {
        super(next);
        this.request = request;
    }

    @Override
    public void prepare() {
        contents = new Contents(new AlignedSource(next, request.buffers()), request.buffers(), request.cancellation());
    }

    @Override
    public DeviceInfo info() {
        return next.info().with().writable(true).flush(true).fua(Support.NATIVE).trim(true).zero(Support.NATIVE).fastZero(true)
                .multiConn(true).build();
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        check("written", contents.firstDifference(offset, data));
    }

    /** A trimmed range may hold anything, but a tool that copies trims only what is zero. */
    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        check("trimmed", contents.firstNonZero(offset, length));
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        check("zeroed", contents.firstNonZero(offset, length));
    }

    @Override
    public void flush() {
        // nothing was written
    }

    private static void check(String what, long differs) throws NbdException {
        if (differs != Contents.SAME) {
            throw new NbdException(NbdError.EIO, "what is " + what + " differs from what is there, first in byte " + differs);
        }
    }
}
