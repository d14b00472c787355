package dev.sluice.core.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.util.Background;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsWireTest {
    private static final int ALERT = 21;
    private static final int MIB = 1 << 20;

    @TempDir
    private Path directory;
    private TlsEngines engines;

    @BeforeEach
    void keys() throws Exception {
        TlsFixtures.directory(directory, "server-cert.pem", "server-key.pem");
        engines = TlsFixtures.engines(directory, TlsConfig.ClientCertificates.NOT_ASKED);
    }

    private TlsPair pair(String protocol) throws Exception {
        return TlsPair.of(engines, TlsFixtures.client(), protocol);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bytesPassInBothDirections(String protocol) throws Exception {
        byte[] data = random(3 * MIB + 17);
        try (TlsPair p = pair(protocol)) {
            assertTrue(p.wire().cipher().startsWith(protocol + " TLS_"), p.wire().cipher());
            Background<Void> sender = Background.run(() -> {
                p.send(data);
                return null;
            });
            assertArrayEquals(data, TlsPair.read(p.wire(), data.length, MIB));
            sender.result();
            Background<byte[]> receiver = Background.run(() -> p.receive(data.length));
            TlsPair.write(p.wire(), Arrays.copyOf(data, 1000), Arrays.copyOfRange(data, 1000, data.length));
            assertArrayEquals(data, receiver.result());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 28, 4096, 16384, 20000})
    void aReaderMayHaveLessRoomThanARecordNeeds(int room) throws Exception {
        byte[] data = random(100_000);
        try (TlsPair p = pair("TLSv1.3")) {
            Background<Void> sender = Background.run(() -> {
                p.send(data);
                return null;
            });
            assertArrayEquals(data, TlsPair.read(p.wire(), data.length, room));
            sender.result();
        }
    }

    @Test
    void manySmallRecordsComeWithOneRead() throws Exception {
        try (TlsPair p = pair("TLSv1.3")) {
            for (int i = 0; i < 16; i++) {
                p.send(random(28));
            }
            ByteBuffer in = ByteBuffer.allocateDirect(64 << 10);
            int reads = 0;
            while (in.position() < 16 * 28) {
                reads++;
                p.wire().read(in);
            }
            assertTrue(reads < 16, reads + " reads for 16 records");
        }
    }

    @Test
    void bothDirectionsWorkAtTheSameTime() throws Exception {
        byte[] data = random(8 * MIB);
        try (TlsPair p = pair("TLSv1.3")) {
            Background<Void> sender = Background.run(() -> {
                p.send(data);
                return null;
            });
            Background<byte[]> receiver = Background.run(() -> p.receive(data.length));
            Background<byte[]> reader = Background.run(() -> TlsPair.read(p.wire(), data.length, MIB));
            TlsPair.write(p.wire(), data);
            assertArrayEquals(data, receiver.result());
            assertArrayEquals(data, reader.result());
            sender.result();
        }
    }

    @Test
    void aRangeOfAFileIsEncrypted() throws Exception {
        byte[] data = random(2 * MIB);
        Path file = Files.write(directory.resolve("disk"), data);
        try (TlsPair p = pair("TLSv1.3"); FileChannel channel = FileChannel.open(file)) {
            Background<byte[]> receiver = Background.run(() -> p.receive(MIB));
            for (long at = 5000; at < MIB + 5000;) {
                at += p.wire().transfer(channel, at, MIB + 5000 - at);
            }
            assertArrayEquals(Arrays.copyOfRange(data, 5000, MIB + 5000), receiver.result());
        }
    }

    @Test
    void memoryIsQuickerThanAFile() throws Exception {
        try (TlsPair p = pair("TLSv1.3")) {
            assertTrue(p.wire().copies());
        }
    }

    @Test
    void aFileThatHasNoSuchByteSendsNothing() throws Exception {
        Path file = Files.write(directory.resolve("disk"), random(100));
        try (TlsPair p = pair("TLSv1.3"); FileChannel channel = FileChannel.open(file)) {
            assertEquals(0, p.wire().transfer(channel, 100, 10));
        }
    }

    @Test
    void aPollTakesWhatIsDecryptedAndDoesNotWait() throws Exception {
        try (TlsPair p = pair("TLSv1.3")) {
            assertEquals(0, p.wire().poll(ByteBuffer.allocate(10)));
            p.send(random(100));
            TlsPair.read(p.wire(), 10, 10);
            ByteBuffer rest = ByteBuffer.allocate(1000);
            assertEquals(90, p.wire().poll(rest));
            assertArrayEquals(Arrays.copyOfRange(random(100), 10, 100), Arrays.copyOf(rest.array(), 90));
            assertEquals(0, p.wire().poll(rest));
        }
    }

    @Test
    void aConnectionWithDecryptedBytesIsReadableAtOnce() throws Exception {
        try (TlsPair p = pair("TLSv1.3")) {
            p.send(random(100));
            TlsPair.read(p.wire(), 10, 10);
            CountDownLatch readable = new CountDownLatch(1);
            p.wire().whenReadable(readable::countDown);
            assertEquals(0, readable.getCount());
        }
    }

    @Test
    void anIdleConnectionHoldsNoMemoryOfThePoolAndIsWoken() throws Exception {
        try (TlsPair p = pair("TLSv1.3")) {
            p.send(random(100));
            TlsPair.read(p.wire(), 100, 100);
            TlsPair.write(p.wire(), random(100));
            CountDownLatch readable = new CountDownLatch(1);
            p.wire().whenReadable(readable::countDown);
            assertEquals(0, p.pool.leases());
            p.send(random(50));
            Background.await(readable);
            assertArrayEquals(random(50), TlsPair.read(p.wire(), 50, 50));
        }
    }

    @Test
    void aRecordThatHasOnlyBegunHoldsNoMemoryOfThePoolAndIsNotLost() throws Exception {
        try (TlsPair p = pair("TLSv1.3")) {
            Background<byte[]> recorded = recordOf(p, random(9000));
            byte[] record = recorded.result();
            p.plain().getOutputStream().write(record, 0, 100);
            ByteBuffer in = ByteBuffer.allocate(20_000);
            Background.until(() -> {
                p.wire().poll(in);
                return p.pool.leases() > 0;
            }, "a part of the record is there");
            CountDownLatch readable = new CountDownLatch(1);
            p.wire().whenReadable(readable::countDown);
            p.plain().getOutputStream().write(record, 100, record.length - 100);
            Background.await(readable);
            assertArrayEquals(random(9000), TlsPair.read(p.wire(), 9000, 9000));
        }
    }

    /** The client's record for these bytes, which never gets to the server. */
    private static Background<byte[]> recordOf(TlsPair p, byte[] bytes) {
        return Background.run(() -> {
            p.send(bytes);
            ByteBuffer raw = ByteBuffer.allocate(32 << 10);
            while (raw.position() < 5 || raw.position() < 5 + raw.getShort(3)) {
                p.inner().read(raw);
            }
            return Arrays.copyOf(raw.array(), raw.position());
        });
    }

    @Test
    void aKeyUpdateOfTheClientChangesNothingForTheServer() throws Exception {
        try (TlsPair p = pair("TLSv1.3")) {
            for (int round = 0; round < 3; round++) {
                p.client().startHandshake();
                p.send(random(1000));
                assertArrayEquals(random(1000), TlsPair.read(p.wire(), 1000, 1000));
                TlsPair.write(p.wire(), random(2000));
                assertArrayEquals(random(2000), p.receive(2000));
            }
        }
    }

    @Test
    void aRenegotiationIsRefused() throws Exception {
        try (TlsPair p = pair("TLSv1.2")) {
            p.client().startHandshake();
            SSLException e = assertThrows(SSLException.class, () -> TlsPair.read(p.wire(), 1, 1));
            assertTrue(e.getMessage().contains("renegotiate"), e.getMessage());
            p.wire().close();
            assertThrows(IOException.class, () -> {
                p.send((byte) 1);
                p.receive(1);
                p.send((byte) 1);
            });
        }
    }

    @Test
    void plainTextInsteadOfAHandshakeGetsAnAlert() throws Exception {
        try (TlsPair p = TlsPair.silent(engines, null)) {
            p.plain().getOutputStream().write("IHAVEOPT and more of it".getBytes());
            assertThrows(SSLException.class, p::accepted);
            assertEquals(ALERT, p.plain().getInputStream().read());
            assertEquals(0, p.pool.leases());
        }
    }

    @Test
    void aClientThatGoesDuringTheHandshakeIsNoticed() throws Exception {
        try (TlsPair p = TlsPair.silent(engines, null)) {
            p.plain().getOutputStream().write(new byte[] {22, 3, 1, 2});
            p.plain().shutdownOutput();
            assertThrows(IOException.class, p::accepted);
            assertEquals(0, p.pool.leases());
        }
    }

    @Test
    void closingTheWireBeneathEndsAHandshakeThatDoesNotEnd() throws Exception {
        try (TlsPair p = TlsPair.silent(engines, null)) {
            p.inner().close();
            assertThrows(IOException.class, p::accepted);
            assertEquals(0, p.pool.leases());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aRecordThatWasTamperedWithEndsTheConnectionWithAnAlert(String protocol) throws Exception {
        try (TlsPair p = pair(protocol)) {
            byte[] record = recordOf(p, random(500)).result();
            record[record.length - 1] ^= 1;
            p.plain().getOutputStream().write(record);
            assertThrows(SSLException.class, () -> TlsPair.read(p.wire(), 1, 1));
            SSLException told = assertThrows(SSLException.class, () -> p.receive(1));
            assertTrue(told.getMessage().contains("bad_record_mac"), told.getMessage());
        }
    }

    @Test
    void aRecordThatIsTooLongEndsTheConnection() throws Exception {
        try (TlsPair p = pair("TLSv1.3")) {
            byte[] record = new byte[40_000];
            record[0] = 23;
            record[1] = 3;
            record[2] = 3;
            record[3] = (byte) 0x9c;
            p.plain().getOutputStream().write(record);
            assertThrows(SSLException.class, () -> TlsPair.read(p.wire(), 1, 1));
        }
    }

    @Test
    void bytesThatAreNoRecordEndTheConnection() throws Exception {
        try (TlsPair p = pair("TLSv1.3")) {
            p.plain().getOutputStream().write(random(1000));
            assertThrows(SSLException.class, () -> TlsPair.read(p.wire(), 1, 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void theEndIsSaidToTheClient(String protocol) throws Exception {
        try (TlsPair p = pair(protocol)) {
            TlsPair.write(p.wire(), random(10));
            p.wire().finish();
            p.wire().close();
            assertEquals(10, p.receive(10).length);
            assertEquals(-1, p.client().getInputStream().read());
        }
    }

    @Test
    void aClientThatHasEndedItsDirectionStillGetsAnswers() throws Exception {
        try (TlsPair p = pair("TLSv1.3")) {
            p.send(random(100));
            p.client().shutdownOutput();
            assertArrayEquals(random(100), TlsPair.read(p.wire(), 100, 100));
            assertEquals(-1, p.wire().read(ByteBuffer.allocate(10)));
            TlsPair.write(p.wire(), random(5000));
            assertArrayEquals(random(5000), p.receive(5000));
        }
    }

    @Test
    void aClientThatVanishesIsTheEnd() throws Exception {
        try (TlsPair p = pair("TLSv1.3")) {
            p.plain().close();
            assertEquals(-1, p.wire().read(ByteBuffer.allocate(10)));
        }
    }

    @Test
    void aCloseWakesTheReaderAndGivesEverythingBack() throws Exception {
        try (TlsPair p = pair("TLSv1.3")) {
            Background<Integer> reader = Background.run(() -> p.wire().read(ByteBuffer.allocate(10)));
            Background.until(() -> p.pool.leases() > 0, "the reader reads");
            p.wire().close();
            try {
                assertEquals(-1, reader.result());
            } catch (IOException expected) {
                // either is a reader that was woken
            }
            assertEquals(0, p.pool.leases());
            assertThrows(IOException.class, () -> TlsPair.write(p.wire(), random(1)));
            assertEquals(0, p.pool.leases());
        }
    }

    @Test
    void protocolsAndSuitesWithKnownWeaknessesAreNotThere() throws Exception {
        var engine = engines.engine();
        assertArrayEquals(new String[] {"TLSv1.3", "TLSv1.2"}, engine.getEnabledProtocols());
        for (String suite : engine.getEnabledCipherSuites()) {
            assertFalse(suite.contains("_CBC_") || suite.startsWith("TLS_RSA_"), suite);
        }
    }
}
