package dev.sluice.api.contract;

import java.util.BitSet;

/** What a device should hold: bytes, of which trimmed ones may be anything until they are written again. */
final class DeviceModel {
    private final byte[] bytes;
    private final BitSet undefined = new BitSet();

    DeviceModel(byte[] contents) {
        bytes = contents.clone();
    }

    void write(int offset, byte[] data) {
        System.arraycopy(data, 0, bytes, offset, data.length);
        undefined.clear(offset, offset + data.length);
    }

    void trim(int offset, int length) {
        undefined.set(offset, offset + length);
    }

    void assertSame(byte[] all, String message) {
        if (all.length != bytes.length) {
            throw new AssertionError(all.length + " bytes instead of " + bytes.length + "; " + message);
        }
        assertSame(0, all, message);
    }

    void assertSame(int offset, byte[] part, String message) {
        for (int i = 0; i < part.length; i++) {
            if (part[i] != bytes[offset + i] && !undefined.get(offset + i)) {
                throw new AssertionError("byte " + (offset + i) + " is " + part[i] + " instead of " + bytes[offset + i] + "; " + message);
            }
        }
    }
}
