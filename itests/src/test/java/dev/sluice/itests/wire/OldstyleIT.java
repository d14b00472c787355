package dev.sluice.itests.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.ExportFacts;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A listener that speaks oldstyle. */
class OldstyleIT extends ServedTest {
    private InetSocketAddress address;

    @BeforeAll
    void listen() throws Exception {
        address = SluiceServer.tcpAddress(sluice().listen("old", "tcp:127.0.0.1:0", Map.of("style", "oldstyle")));
    }

    private Session connect() throws IOException {
        RawNbdClient c = RawNbdClient.connect(address);
        ByteBuffer b = c.receive(8 + 8 + 8 + 4 + 124);
        assertEquals(Wire.NBDMAGIC, b.getLong());
        assertEquals(Wire.OLDSTYLE, b.getLong());
        long size = b.getLong();
        int handshakeFlags = b.getShort();
        int flags = b.getShort() & 0xffff;
        assertEquals(0, handshakeFlags);
        byte[] zeroes = new byte[124];
        b.get(zeroes);
        assertArrayEquals(new byte[124], zeroes);
        return c.session(new ExportFacts(size, flags, null, null, null));
    }

    @Test
    void sizeAndFlagsComeAtOnceAndRequestsWork() throws Exception {
        try (Session s = connect()) {
            assertEquals(64 * Wire.MIB, s.size());
            assertTrue(s.facts().has(Wire.HAS_FLAGS));
            s.write(5, new byte[] {1, 2, 3}).ok();
            assertArrayEquals(new byte[] {1, 2, 3}, s.read(5, 3).data());
            s.disconnect();
        }
    }

    @Test
    void dfIsNotOffered() throws Exception {
        try (Session s = connect()) {
            assertTrue(!s.facts().has(Wire.SEND_DF));
        }
    }
}
