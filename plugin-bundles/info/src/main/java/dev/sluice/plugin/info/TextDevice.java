package dev.sluice.plugin.info;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.Support;

/** A few bytes that stay the same as long as the client is connected. */
final class TextDevice implements NbdDevice {
    private final byte[] bytes;
    private final DeviceInfo info;

    TextDevice(byte[] bytes, boolean shared) {
        this.bytes = bytes;
        info = DeviceInfo.readOnly(bytes.length).cache(Support.NATIVE).multiConn(shared).build();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws NbdException {
        reply.buffer(length).put(bytes, (int) offset, length);
    }
}
