package dev.sluice.filter.tlsfallback;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One sector that can only be read: a text, and zeroes behind it. Immutable. */
final class ReadmeDevice implements NbdDevice {
    static final int SIZE = 512;

    private final byte[] bytes;

    /** With as much of the text as there is room for. */
    ReadmeDevice(String text) {
        bytes = Arrays.copyOf(text.getBytes(StandardCharsets.UTF_8), SIZE);
    }

    @Override
    public DeviceInfo info() {
        return DeviceInfo.readOnly(SIZE).multiConn(true).build();
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws NbdException {
        reply.buffer(length).put(bytes, (int) offset, length);
    }
}
