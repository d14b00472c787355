package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class OptionPayloadTest {
    private final ScriptedChannel channel = new ScriptedChannel(new ByteArrayInputStream(new byte[20_000]));

    private OptionPayload payload(long length) {
        return new OptionPayload(channel, ByteBuffer.allocate(OptionPayload.BUFFER_SIZE), length);
    }

    @Test
    void nothingBeyondThePayloadIsRead() throws Exception {
        payload(10).u16("a number");
        assertEquals(20_000 - 10, channel.unread());
    }

    @Test
    void whatWasNotTakenIsSkippedExactly() throws Exception {
        OptionPayload payload = payload(10_000);
        payload.u32("a number");
        payload.skip();
        assertEquals(10_000, channel.unread());
        assertEquals(0, payload.remaining());
    }

    @Test
    void skippingTwiceSkipsOnce() throws Exception {
        OptionPayload payload = payload(100);
        payload.skip();
        payload.skip();
        assertEquals(19_900, channel.unread());
    }

    @Test
    void valuesAcrossTheEdgeOfTheBufferAreWhole() throws Exception {
        byte[] bytes = new byte[OptionPayload.BUFFER_SIZE + 2];
        bytes[OptionPayload.BUFFER_SIZE - 2] = 1;
        bytes[OptionPayload.BUFFER_SIZE + 1] = 2;
        OptionPayload payload = new OptionPayload(new ScriptedChannel(new ByteArrayInputStream(bytes)),
                ByteBuffer.allocate(OptionPayload.BUFFER_SIZE), bytes.length);
        for (int i = 0; i < OptionPayload.BUFFER_SIZE - 2; i += 2) {
            payload.u16("a number");
        }
        assertEquals(0x0100_0002L, payload.u32("a number"));
        payload.end();
    }

    @Test
    void numbersAreUnsigned() throws Exception {
        byte[] ones = {-1, -1, -1, -1, -1, -1};
        OptionPayload payload = new OptionPayload(new ScriptedChannel(new ByteArrayInputStream(ones)),
                ByteBuffer.allocate(OptionPayload.BUFFER_SIZE), 6);
        assertEquals(0xffff, payload.u16("a number"));
        assertEquals(0xffff_ffffL, payload.u32("a number"));
    }
}
