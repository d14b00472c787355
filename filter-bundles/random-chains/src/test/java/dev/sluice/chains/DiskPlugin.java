package dev.sluice.chains;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The plugin at the end of every chain: a device on the test's hardware. */
public final class DiskPlugin implements NbdPlugin {
    private final Hardware hardware;

    DiskPlugin(Hardware hardware) {
        this.hardware = hardware;
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        hardware.check();
        return new Disk(hardware);
    }

    private static final class Disk implements NbdDevice {
        private final Hardware hardware;

        Disk(Hardware hardware) {
            this.hardware = hardware;
        }

        @Override
        public DeviceInfo info() {
            return hardware.info();
        }

        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            byte[] bytes = hardware.read(offset, length);
            if (bytes.length > 0) {
                reply.buffer(bytes.length).put(bytes);
            }
            if (bytes.length < length) {
                throw new NbdException(NbdError.EIO, "the hardware is broken");
            }
        }

        @Override
        public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            hardware.write(offset, bytes, flags.fua());
        }

        @Override
        public void flush() throws IOException {
            hardware.flush();
        }

        @Override
        public void trim(long offset, long length, Flags flags) throws IOException {
            hardware.trim(offset, length, flags.fua());
        }

        @Override
        public void zero(long offset, long length, Flags flags) throws IOException {
            hardware.zero(offset, length, flags.fua(), flags.fastZero());
        }

        @Override
        public void cache(long offset, long length) throws IOException {
            hardware.cache(offset, length);
        }

        @Override
        public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
            hardware.check();
            long at = offset / Hardware.BLOCK * Hardware.BLOCK;
            boolean more = true;
            while (more && at < offset + length) {
                long end = Math.min(at + Hardware.BLOCK, hardware.info().size());
                more = sink.extent(at, end - at, hardware.isHole(at) ? MetaContext.HOLE | MetaContext.ZERO : 0);
                at = end;
            }
        }
    }
}
