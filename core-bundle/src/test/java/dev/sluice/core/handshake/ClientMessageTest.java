package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ClientMessageTest {
    private static final long IHAVEOPT = 0x49484156454f5054L;
    private final ClientMessage message = new ClientMessage();

    private void put(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            message.missing().put(bytes.get());
            message.add(1);
        }
    }

    private byte[] take(int length) {
        ByteBuffer into = ByteBuffer.allocate(length);
        message.take(into);
        return java.util.Arrays.copyOf(into.array(), into.position());
    }

    private void flags() {
        put(ByteBuffer.allocate(4));
        take(4);
        message.next();
    }

    private static ByteBuffer header(long magic, int length) {
        return ByteBuffer.allocate(16).putLong(magic).putInt(3).putInt(length).flip();
    }

    @Test
    void theFirstMessageIsFourBytesOfFlags() {
        assertEquals(4, message.missing().remaining());
        put(ByteBuffer.wrap(new byte[] {0, 0, 0, 3}));
        assertNull(message.missing());
        assertArrayEquals(new byte[] {0, 0, 0, 3}, take(4));
    }

    @Test
    void anOptionIsItsHeaderAndItsPayloadAndNothingBehind() {
        flags();
        assertEquals(16, message.missing().remaining());
        put(header(IHAVEOPT, 1000));
        assertEquals(1000, message.missing().remaining());
        put(ByteBuffer.allocate(1000));
        assertNull(message.missing());
        assertArrayEquals(header(IHAVEOPT, 1000).array(), take(16));
        assertEquals(1000, take(5000).length);
        message.next();
        assertEquals(16, message.missing().remaining());
    }

    @Test
    void ofALongOptionOnlyTheHeaderIsGathered() {
        flags();
        put(header(IHAVEOPT, 8193));
        assertNull(message.missing());
        assertEquals(16, take(5000).length);
        message.next();
        put(header(IHAVEOPT, -1));
        assertNull(message.missing());
    }

    @Test
    void nothingIsWaitedForBehindAWrongMagic() {
        flags();
        put(header(IHAVEOPT + 1, 10));
        assertNull(message.missing());
    }

    @Test
    void aMessageOfWhichSomethingIsLeftIsAMistake() {
        put(ByteBuffer.allocate(4));
        take(3);
        assertThrows(IllegalStateException.class, message::next);
    }
}
