package dev.sluice.itests.bad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that break off, stall, or send nonsense in transmission, while a good client must not notice. */
class BadRequestIT extends ServedTest {
    private static final byte[] GOOD = Pattern.bytes(77, 0, 65536);

    private Session good;

    BadRequestIT() {
        super("memory 64M");
    }

    @BeforeEach
    void aGoodClient() throws Exception {
        good = structured();
        good.write(0, GOOD).ok();
    }

    @AfterEach
    void theGoodClientHasNotNoticed() throws Exception {
        assertArrayEquals(GOOD, good.read(0, GOOD.length).data());
        good.disconnect();
        good.close();
    }

    @Test
    void aBadRequestMagicClosesTheConnection() throws Exception {
        try (Session s = simple()) {
            s.client().send(out -> {
                out.writeInt(0xdeadbeef);
                out.write(new byte[24]);
            });
            s.client().awaitClose();
        }
    }

    @Test
    void anExtendedRequestWithoutNegotiationClosesTheConnection() throws Exception {
        try (Session s = structured()) {
            s.client().send(out -> {
                out.writeInt(Wire.EXTENDED_REQUEST);
                out.write(new byte[28]);
            });
            s.client().awaitClose();
        }
    }

    @Test
    void aClientThatVanishesInAHeaderIsForgotten() throws Exception {
        try (Session s = simple()) {
            s.client().send(new byte[] {0x25, 0x60, (byte) 0x95, 0x13, 0});
        }
    }

    @Test
    void aWriteWhosePayloadNeverArrivesWholeIsNotWritten() throws Exception {
        try (Session s = simple()) {
            s.client().channel().write(s.header(0, Wire.WRITE, 1, 0, GOOD.length));
            s.client().send(new byte[30_000]);
        }
    }

    @Test
    void aClientThatIsResetInAWriteIsForgotten() throws Exception {
        RawNbdClient c = RawNbdClient.greeted(server.tcp());
        Session s = c.go("");
        // not where the good client looks: the first parts of a large write are written as they arrive
        c.channel().write(s.header(0, Wire.WRITE, 1, Wire.MIB, 32 * Wire.MIB));
        c.send(new byte[Wire.MIB]);
        c.channel().reset();
    }

    @Test
    void aClientThatVanishesWithManyRequestsInFlightIsForgotten() throws Exception {
        try (Session s = structured()) {
            ByteBuffer requests = ByteBuffer.allocate(28 * 300);
            for (int i = 0; i < 300; i++) {
                requests.put(s.header(0, Wire.READ, i, i * 4096L, 32768));
            }
            assertTrue(s.client().channel().writeSome(requests.flip()) > 28);
        }
    }

    @Test
    void aClientThatStopsReadingInALargeReplyHoldsUpNobodyAndLeavesNothing() throws Exception {
        try (Session s = simple()) {
            s.send(0, Wire.READ, 0, 60L * Wire.MIB);
            s.client().receive(16 + 1000);
            assertArrayEquals(GOOD, good.read(0, GOOD.length).data());
        }
    }

    @Test
    void aClientThatNeverReadsIsNotServedWithoutBound() throws Exception {
        try (Session s = simple()) {
            ByteBuffer requests = ByteBuffer.allocate(28 * 20_000);
            for (int i = 0; i < 20_000; i++) {
                requests.put(s.header(0, Wire.READ, i, 0, Wire.MIB));
            }
            requests.flip();
            while (s.client().channel().writeSome(requests) > 0) {
                // until the server takes no more
            }
            assertArrayEquals(GOOD, good.read(0, GOOD.length).data());
        }
    }

    @Test
    void anIdleClientStaysConnected() throws Exception {
        try (Session s = simple()) {
            assertTrue(s.client().channel().silentFor(Duration.ofMillis(1500)));
            s.stillWorks();
        }
    }

    @Test
    void aHalfClosedClientStillGetsItsReplies() throws Exception {
        try (Session s = simple()) {
            long cookie = s.send(0, Wire.READ, 0, GOOD.length);
            s.client().channel().shutdownOutput();
            assertArrayEquals(GOOD, s.result(cookie).data());
            s.client().awaitCloseWithoutAWord();
        }
    }

    @Test
    void requestsThatArriveByteByByteAreAnswered() throws Exception {
        try (Session s = simple()) {
            for (int i = 0; i < 20; i++) {
                ByteBuffer header = s.header(0, Wire.READ, s.announce(i, 0, Wire.READ, i, 100), i, 100);
                while (header.hasRemaining()) {
                    s.client().send(header.get());
                }
                s.result(i).ok();
            }
        }
    }

    @Test
    void repliesThatAreReadByteByByteArriveWhole() throws Exception {
        try (Session s = simple()) {
            s.client().channel().write(s.header(0, Wire.READ, 9, 0, 10_000));
            byte[] all = new byte[16 + 10_000];
            for (int i = 0; i < all.length; i++) {
                all[i] = s.client().receive(1).get();
            }
            assertArrayEquals(java.util.Arrays.copyOf(GOOD, 10_000), java.util.Arrays.copyOfRange(all, 16, all.length));
        }
    }

    @Test
    void nonsenseOfManyKindsHurtsNobody() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            try (Session s = random.nextBoolean() ? simple() : structured()) {
                byte[] noise = new byte[1 + random.nextInt(200)];
                random.nextBytes(noise);
                if (random.nextInt(4) != 0) {
                    ByteBuffer.wrap(noise, 0, Math.min(4, noise.length)).put(s.header(0, 0, 0, 0, 0).array(), 0, Math.min(4, noise.length));
                }
                // Reads and writes of random places are allowed to happen, but not in the good client's bytes.
                if (noise.length > 16) {
                    noise[6] = (byte) 0xff;
                }
                s.client().send(noise);
            } catch (java.io.IOException e) {
                // the server may have closed already
                assertTrue(e.getMessage() != null);
            }
        }
    }
}
