package dev.sluice.plugin.random;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.Support;
import dev.sluice.shared.noise.Noise;
import java.nio.ByteBuffer;

/** Stateless; computes its bytes, and compares what is written with them. */
final class RandomDevice implements NbdDevice {
    private static final int PREFERRED_BLOCK = 4096;

    private final Noise noise;
    private final DeviceInfo info;

    RandomDevice(long size, Noise noise, boolean readOnly) {
        this.noise = noise;
        DeviceInfo.Builder builder = DeviceInfo.readOnly(size);
        if (!readOnly) {
            builder.writable(true).trim(true).zero(Support.NATIVE);
        }
        info = builder.cache(Support.NATIVE)
                .multiConn(true)
                .blockSizes(new BlockSizes(1, PREFERRED_BLOCK, BlockSizes.UNLIMITED))
                .build();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws NbdException {
        noise.fill(offset, length, reply.buffer(length));
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws NbdException {
        if (!noise.matches(offset, data.remaining(), data)) {
            throw new NbdException(NbdError.EIO, "the bytes written at " + offset + " are not those that this disk has there");
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws NbdException {
        throw notZero();
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws NbdException {
        throw notZero();
    }

    private static NbdException notZero() {
        return new NbdException(NbdError.EIO, "this disk is random everywhere: nothing in it can be trimmed or zeroed");
    }
}
