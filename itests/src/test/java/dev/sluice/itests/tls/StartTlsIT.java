package dev.sluice.itests.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Pki;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.TlsLayer;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** STARTTLS and the session behind it, by a client that keeps or breaks the rules as told. */
class StartTlsIT extends TlsTest {
    private InetSocketAddress required;
    private InetSocketAddress offered;
    private SocketAddress unix;

    @BeforeAll
    void listeners() throws Exception {
        Path directory = pki.server("server");
        required = listen("required", certificates("require", directory));
        offered = listen("offered", certificates("on", directory));
        unix = listenOnUnix("secure", certificates("require", directory));
    }

    @Test
    void switchedOffItIsRefusedAndTheClientMayGoOn() throws Exception {
        try (RawNbdClient c = RawNbdClient.greeted(server.tcp())) {
            assertEquals(Wire.REP_ERR_POLICY, c.verdict(Wire.OPT_STARTTLS));
            c.go("").close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Wire.OPT_LIST, Wire.OPT_GO, Wire.OPT_INFO, Wire.OPT_STRUCTURED_REPLY, Wire.OPT_SET_META_CONTEXT, 99})
    void requiredNothingElseIsAnsweredBeforeIt(int option) throws Exception {
        try (RawNbdClient c = RawNbdClient.greeted(required)) {
            assertEquals(Wire.REP_ERR_TLS_REQD, c.verdict(option, RawNbdClient.goPayload("")));
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_ABORT));
        }
    }

    @Test
    void requiredTheOldOptionClosesTheConnection() throws Exception {
        try (RawNbdClient c = RawNbdClient.greeted(required)) {
            c.option(Wire.OPT_EXPORT_NAME);
            c.awaitCloseWithoutAWord();
        }
        works(required);
    }

    @Test
    void offeredItMayBeLeftOut() throws Exception {
        RawNbdClient.greeted(offered).go("").close();
        works(offered);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bothVersionsCarryASession(String version) throws Exception {
        for (SocketAddress address : new SocketAddress[] {required, offered, unix}) {
            try (RawNbdClient c = RawNbdClient.greeted(address)) {
                assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_STARTTLS));
                TlsLayer tls = c.channel().startTls(Pki.engine(version));
                assertTrue(tls.cipher().startsWith(version) && tls.cipher().contains("_GCM_"), tls.cipher());
                Session s = c.structured().go("");
                byte[] data = Pattern.bytes(3, 0, 5 * Wire.MIB + 123);
                s.write(12345, data).ok();
                assertArrayEquals(data, s.read(12345, data.length).data());
                s.close();
            }
        }
    }

    @Test
    void theOldestWayToChooseAnExportWorksInside() throws Exception {
        try (Session s = encrypted(required).exportName("")) {
            assertEquals(64L * Wire.MIB, s.facts().size());
        }
    }

    @Test
    void aSecondTimeOrWithAPayloadItIsInvalid() throws Exception {
        try (RawNbdClient c = RawNbdClient.greeted(required)) {
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_STARTTLS, (byte) 1));
            c.startTls(Pki.engine());
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_STARTTLS));
            c.go("").close();
        }
    }

    @Test
    void whatWasAgreedBeforeIsForgotten() throws Exception {
        try (RawNbdClient c = RawNbdClient.greeted(offered)) {
            c.verdict(Wire.OPT_LIST);
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_STRUCTURED_REPLY));
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_SET_META_CONTEXT, RawNbdClient.metaPayload("", "base:allocation")));
            c.startTls(Pki.engine());
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_LIST));
            // without structured replies there are no contexts
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_SET_META_CONTEXT, RawNbdClient.metaPayload("", "base:allocation")));
            // and the reply to a read is a simple one
            Session s = c.go("");
            assertEquals(0, s.facts().flags() & Wire.SEND_DF);
            s.read(0, 512).ok();
            s.close();
        }
    }

    @Test
    void whatSomebodyPutBehindItIsNeverAnswered() throws Exception {
        try (RawNbdClient c = RawNbdClient.greeted(required)) {
            c.send(out -> {
                out.writeLong(Wire.IHAVEOPT);
                out.writeInt(Wire.OPT_STARTTLS);
                out.writeInt(0);
                out.writeLong(Wire.IHAVEOPT);
                out.writeInt(Wire.OPT_LIST);
                out.writeInt(0);
            });
            assertEquals(Wire.REP_ACK, c.optionReplies(Wire.OPT_STARTTLS).get(0).type());
            c.channel().startTls(Pki.engine());
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_ABORT));
        }
        works(required);
    }

    @Test
    void plainTextInThePlaceOfAHandshakeEndsTheConnection() throws Exception {
        try (RawNbdClient c = RawNbdClient.greeted(required)) {
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_STARTTLS));
            c.option(Wire.OPT_LIST);
            assertEquals(21, c.receive(1).get(0), "an alert");
            c.awaitClose();
        }
        works(required);
    }

    @Test
    void plainTextInTheMiddleOfASessionEndsTheConnection() throws Exception {
        try (RawNbdClient c = encrypted(required)) {
            c.channel().writeRaw(ByteBuffer.wrap(RawNbdClient.bytes(out -> {
                out.writeLong(Wire.IHAVEOPT);
                out.writeInt(Wire.OPT_LIST);
                out.writeInt(0);
            })));
            assertThrows(IOException.class, () -> c.optionReplies(Wire.OPT_LIST));
        }
        works(required);
    }

    @Test
    void aRefusedWriteLeavesTheSessionAlive() throws Exception {
        InetSocketAddress readOnly = listen("read-only", with(certificates("require", pki.server("server")), "read-only", true));
        try (Session s = encrypted(readOnly).structured().go("")) {
            assertEquals(Wire.EPERM, s.write(0, new byte[3 * Wire.MIB]).error());
            s.read(0, 512).ok();
            assertEquals(Wire.EPERM, s.write(0, new byte[1]).error());
            s.read(0, 512).ok();
        }
    }

    private static Map<String, Object> with(Map<String, Object> settings, String key, Object value) {
        settings.put(key, value);
        return settings;
    }

    @Test
    void theEndIsSaid() throws Exception {
        SSLEngine engine = Pki.engine("TLSv1.3");
        try (Session s = encrypted(required, engine).go("")) {
            s.disconnect();
            assertEquals(-1, s.client().channel().readSome(ByteBuffer.allocate(1)));
            assertTrue(engine.isInboundDone());
        }
    }

    @Test
    void aClientThatEndsItsDirectionStillGetsItsAnswers() throws Exception {
        RawNbdClient c = RawNbdClient.greeted(required);
        assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_STARTTLS));
        TlsLayer tls = c.channel().startTls(Pki.engine("TLSv1.3"));
        try (Session s = c.go("")) {
            long cookie = s.send(0, Wire.READ, 0, 512);
            tls.closeOutput();
            s.result(cookie).ok();
            assertEquals(-1, c.channel().readSome(ByteBuffer.allocate(1)));
        }
    }

    @Test
    void aClientThatVanishesIsForgotten() throws Exception {
        try (RawNbdClient c = RawNbdClient.greeted(required)) {
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_STARTTLS));
            c.send(new byte[] {22, 3, 1, 2, 0, 1});
        }
        encrypted(required).close();
        encrypted(required).go("").close();
        works(required);
    }

    @Test
    void aRenegotiationIsRefused() throws Exception {
        RawNbdClient c = RawNbdClient.greeted(required);
        assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_STARTTLS));
        TlsLayer tls = c.channel().startTls(Pki.engine("TLSv1.2"));
        try (Session s = c.go("")) {
            s.read(0, 512).ok();
            tls.again();
            assertTrue(isOver(s));
        }
        works(required);
    }

    private static boolean isOver(Session s) {
        try {
            return s.client().channel().readSome(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void anUpdateOfTheKeysChangesNothing() throws Exception {
        RawNbdClient c = RawNbdClient.greeted(required);
        assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_STARTTLS));
        TlsLayer tls = c.channel().startTls(Pki.engine("TLSv1.3"));
        try (Session s = c.go("")) {
            for (int i = 0; i < 5; i++) {
                tls.again();
                s.write(0, Pattern.bytes(i, 0, 100_000)).ok();
                assertArrayEquals(Pattern.bytes(i, 0, 100_000), s.read(0, 100_000).data());
            }
        }
    }

    @Test
    void aHandshakeThatDoesNotEndIsEnded() throws Exception {
        InetSocketAddress hasty = listen("hasty", with(certificates("require", pki.server("server")), "handshake-timeout", "10s"));
        try (RawNbdClient c = RawNbdClient.greeted(hasty)) {
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_STARTTLS));
            c.send(new byte[] {22, 3, 1, 2, 0});
            c.awaitClose();
        }
        works(hasty);
    }

    @Test
    void manyRequestsInOnePieceAreAllAnswered() throws Exception {
        try (Session s = encrypted(unix).structured().go("")) {
            long[] cookies = new long[300];
            for (int i = 0; i < cookies.length; i++) {
                cookies[i] = s.send(0, Wire.READ, 4096L * i, 4096);
            }
            for (long cookie : cookies) {
                s.result(cookie).ok();
            }
        }
    }

    @Test
    void nonsenseInEveryShapeHurtsNobody() throws Exception {
        Random random = new Random(20261122);
        for (int i = 0; i < 60; i++) {
            byte[] nonsense = new byte[1 + random.nextInt(3000)];
            random.nextBytes(nonsense);
            if (i % 2 == 0 && nonsense.length > 5) {
                nonsense[0] = (byte) (20 + random.nextInt(4));
                nonsense[1] = 3;
                nonsense[2] = (byte) random.nextInt(4);
            }
            boolean inSession = i % 3 == 0;
            try (RawNbdClient c = RawNbdClient.greeted(required)) {
                assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_STARTTLS));
                if (inSession) {
                    c.channel().startTls(Pki.engine());
                }
                c.channel().writeRaw(ByteBuffer.wrap(nonsense));
            }
        }
        works(required);
    }

    @Test
    void aFileOnDiskPassesThroughEncryption() throws Exception {
        Path file = sluice().directory().resolve("disk");
        byte[] data = Pattern.bytes(9, 0, 8 * Wire.MIB);
        Files.write(file, data);
        sluice().export("disk", "file file=" + file);
        try (Session s = encrypted(unix).structured().go("disk")) {
            assertArrayEquals(data, s.read(0, data.length).data());
            byte[] more = Pattern.bytes(10, 0, Wire.MIB);
            s.write(Wire.MIB, more).ok();
            assertArrayEquals(more, s.read(Wire.MIB, more.length).data());
        }
    }
}
