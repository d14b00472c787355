package dev.sluice.plugin.pattern;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.Support;
import java.nio.ByteBuffer;

/** Stateless; computes its bytes. */
final class PatternDevice implements NbdDevice {
    private static final int WORD = Long.BYTES;
    private static final int PREFERRED_BLOCK = 4096;

    private final DeviceInfo info;

    PatternDevice(long size) {
        info = DeviceInfo.readOnly(size)
                .cache(Support.NATIVE)
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
        ByteBuffer buffer = reply.buffer(length);
        long at = offset;
        while (at % WORD != 0 && buffer.hasRemaining()) {
            buffer.put(byteAt(at++));
        }
        while (buffer.remaining() >= WORD) {
            buffer.putLong(at);
            at += WORD;
        }
        while (buffer.hasRemaining()) {
            buffer.put(byteAt(at++));
        }
    }

    /** Big-endian: the first byte of a word is its highest. */
    private static byte byteAt(long offset) {
        int index = (int) (offset % WORD);
        return (byte) (offset - index >> (WORD - 1 - index) * 8);
    }
}
