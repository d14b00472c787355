package dev.sluice.psk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsClientProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client of BouncyCastle and an engine, with nothing but memory between them. */
class PskEngineTest {
    private static final byte[] KEY = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

    private final SSLEngine engine = new BouncyPskEngines().serverEngine(user -> Optional.ofNullable(Map.of("alice", KEY).get(user)));
    private final TlsClientProtocol client = new TlsClientProtocol();
    private final ByteBuffer toClient = ByteBuffer.allocate(1 << 20);

    private void handshake(ProtocolVersion version, String user, byte[] key) throws Exception {
        client.connect(new TestClient(version, user, key));
        engine.beginHandshake();
        while (client.isHandshaking() || engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            int before = client.getAvailableOutputBytes();
            takeFromClient(ByteBuffer.allocate(PskEngine.DATA));
            int answered = giveToClient();
            if (before == 0 && answered == 0) {
                throw new AssertionError("both wait for each other");
            }
        }
    }

    /** Everything that the client has to say. */
    private ByteBuffer takeFromClient(ByteBuffer into) throws Exception {
        byte[] bytes = new byte[client.getAvailableOutputBytes()];
        client.readOutput(bytes, 0, bytes.length);
        ByteBuffer from = ByteBuffer.wrap(bytes);
        while (from.hasRemaining() && engine.unwrap(from, into).getStatus() == SSLEngineResult.Status.OK) {
            // the next record
        }
        return into.flip();
    }

    private int giveToClient() throws Exception {
        toClient.clear();
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            engine.wrap(ByteBuffer.allocate(0), toClient);
        }
        return deliver();
    }

    private int deliver() throws Exception {
        toClient.flip();
        int n = toClient.remaining();
        client.offerInput(toClient.array(), 0, n);
        toClient.clear();
        return n;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static ProtocolVersion version(String name) {
        return name.equals("TLSv1.3") ? ProtocolVersion.TLSv13 : ProtocolVersion.TLSv12;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whoHasTheKeyIsKnownByName(String version) throws Exception {
        assertThrows(SSLPeerUnverifiedException.class, () -> engine.getSession().getPeerPrincipal());
        handshake(version(version), "alice", KEY);
        assertEquals("alice", engine.getSession().getPeerPrincipal().getName());
        assertThrows(SSLPeerUnverifiedException.class, () -> engine.getSession().getPeerCertificates());
        assertEquals(version, engine.getSession().getProtocol());
        assertTrue(engine.getSession().getCipherSuite().contains("_GCM_"), engine.getSession().getCipherSuite());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bytesPassInBothDirections(String version) throws Exception {
        handshake(version(version), "alice", KEY);
        byte[] data = random(100_000);
        client.writeApplicationData(data, 0, data.length);
        ByteBuffer got = takeFromClient(ByteBuffer.allocate(data.length + PskEngine.DATA));
        byte[] bytes = new byte[got.remaining()];
        got.get(bytes);
        assertArrayEquals(data, bytes);

        ByteBuffer[] from = {ByteBuffer.wrap(data, 0, 1000), ByteBuffer.allocate(0), ByteBuffer.wrap(data, 1000, data.length - 1000)};
        while (from[2].hasRemaining()) {
            engine.wrap(from, 0, 3, toClient);
        }
        deliver();
        byte[] back = new byte[client.getAvailableInputBytes()];
        client.readInput(back, 0, back.length);
        assertArrayEquals(data, back);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aWrongKeyAndAnUnknownNameFailAlikeForTheClient(String version) throws Exception {
        byte[] wrong = KEY.clone();
        wrong[0]++;
        SSLException e = assertThrows(SSLException.class, () -> handshake(version(version), "alice", wrong));
        assertTrue(e.getMessage().startsWith("the key for 'alice' is not the client's: "), e.getMessage());
        String told = alert();
        PskEngineTest other = new PskEngineTest();
        e = assertThrows(SSLException.class, () -> other.handshake(version(version), "bob\n", wrong));
        assertEquals("nobody has the identity 'bob?'", e.getMessage());
        assertEquals(told, other.alert());
    }

    /** The alert that the engine has for its client. */
    private String alert() throws Exception {
        engine.closeOutbound();
        while (!engine.isOutboundDone()) {
            engine.wrap(ByteBuffer.allocate(0), toClient);
        }
        assertTrue(engine.isInboundDone());
        return assertThrows(java.io.IOException.class, this::deliver).getMessage();
    }

    @Test
    void theEndIsSaidToTheClient() throws Exception {
        handshake(ProtocolVersion.TLSv13, "alice", KEY);
        engine.closeOutbound();
        while (!engine.isOutboundDone()) {
            engine.wrap(ByteBuffer.allocate(0), toClient);
        }
        deliver();
        assertTrue(client.isClosed());
        assertEquals(SSLEngineResult.Status.CLOSED, engine.wrap(ByteBuffer.allocate(1), ByteBuffer.allocate(PskEngine.RECORD)).getStatus());
    }

    @Test
    void theEndOfTheClientIsNoticed() throws Exception {
        handshake(ProtocolVersion.TLSv13, "alice", KEY);
        client.close();
        takeFromClient(ByteBuffer.allocate(100));
        assertTrue(engine.isInboundDone());
    }

    @Test
    void aRecordThatIsNotWholeOrHasNoRoomIsLeftAlone() throws Exception {
        handshake(ProtocolVersion.TLSv13, "alice", KEY);
        client.writeApplicationData(random(1000), 0, 1000);
        byte[] bytes = new byte[client.getAvailableOutputBytes()];
        client.readOutput(bytes, 0, bytes.length);
        ByteBuffer in = ByteBuffer.allocate(PskEngine.DATA);
        assertEquals(SSLEngineResult.Status.BUFFER_UNDERFLOW, engine.unwrap(ByteBuffer.wrap(bytes, 0, 4), in).getStatus());
        assertEquals(SSLEngineResult.Status.BUFFER_UNDERFLOW, engine.unwrap(ByteBuffer.wrap(bytes, 0, bytes.length - 1), in).getStatus());
        assertEquals(SSLEngineResult.Status.BUFFER_OVERFLOW, engine.unwrap(ByteBuffer.wrap(bytes), ByteBuffer.allocate(10)).getStatus());
        assertEquals(1000, engine.unwrap(ByteBuffer.wrap(bytes), in).bytesProduced());
    }

    @Test
    void aRecordThatWasTamperedWithIsAnError() throws Exception {
        handshake(ProtocolVersion.TLSv13, "alice", KEY);
        client.writeApplicationData(random(1000), 0, 1000);
        byte[] bytes = new byte[client.getAvailableOutputBytes()];
        client.readOutput(bytes, 0, bytes.length);
        bytes[bytes.length - 1] ^= 1;
        assertThrows(SSLException.class, () -> engine.unwrap(ByteBuffer.wrap(bytes), ByteBuffer.allocate(PskEngine.DATA)));
        assertEquals(HandshakeStatus.NEED_WRAP, engine.getHandshakeStatus());
    }

    @Test
    void aRecordThatIsTooLongIsAnError() throws Exception {
        handshake(ProtocolVersion.TLSv13, "alice", KEY);
        byte[] huge = new byte[40_000];
        huge[0] = 23;
        huge[1] = 3;
        huge[2] = 3;
        huge[3] = (byte) 0x9c;
        assertThrows(SSLException.class, () -> engine.unwrap(ByteBuffer.wrap(huge), ByteBuffer.allocate(PskEngine.DATA)));
    }
}
