package dev.sluice.api.contract;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/**
 * A disk of any size up to 2^63-1 bytes that keeps the bytes that were written and takes no room for the rest: what stands
 * behind a filter where offsets could overflow. Safe for use by several threads.
 */
final class HugeDevice implements NbdDevice {
    private final DeviceInfo info;
    private final TreeMap<Long, Byte> written = new TreeMap<>();

    HugeDevice(long size) {
        info = DeviceInfo.writable(size).flush(true).trim(true).zero(Support.NATIVE).fastZero(true).fua(Support.NATIVE)
                .cache(Support.NATIVE).extents(true).multiConn(true).build();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public synchronized void read(long offset, int length, ReadReply reply) throws IOException {
        byte[] bytes = new byte[length];
        written.subMap(offset, true, offset + length - 1, true).forEach((at, value) -> bytes[(int) (at - offset)] = value);
        reply.buffer(length).put(bytes);
    }

    @Override
    public synchronized void write(long offset, ByteBuffer data, Flags flags) {
        for (long at = offset; data.hasRemaining(); at++) {
            byte value = data.get();
            if (value == 0) {
                written.remove(at);
            } else {
                written.put(at, value);
            }
        }
    }

    @Override
    public void flush() {
        // nothing is held back
    }

    @Override
    public void trim(long offset, long length, Flags flags) {
        zero(offset, length, flags);
    }

    @Override
    public synchronized void zero(long offset, long length, Flags flags) {
        written.subMap(offset, true, offset + length - 1, true).clear();
    }

    @Override
    public void cache(long offset, long length) {
        // everything is in memory
    }

    @Override
    public synchronized void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        boolean hole = written.subMap(offset, true, offset + length - 1, true).isEmpty();
        sink.extent(offset, length, hole ? MetaContext.HOLE | MetaContext.ZERO : 0);
    }
}
