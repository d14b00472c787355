package dev.sluice.plugin.nbd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.TestClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that break the protocol. Each ends the connection with a clear error, and harms nothing. */
class HostileServerTest extends ServedTest {
    /** What a read or status fails with if the server answers it so, on every connection. */
    private String failure(FakeServer.Hook hook, boolean status) throws Exception {
        serve(1000).hook = hook;
        Connection c = connect();
        NbdException e = status ? assertThrows(NbdException.class, () -> c.status(0, 100, Flags.NONE)) : readFails(c);
        assertEquals(NbdError.EIO, e.error());
        return e.getMessage().replaceFirst(".*breaks the protocol: ", "");
    }

    private static FakeServer.Hook chunk(int flags, int type, ByteBuffer payload) {
        return (client, r) -> {
            client.chunk(r, flags, type, payload.array());
            return true;
        };
    }

    @Test
    void aReplyWithAnotherBeginning() throws Exception {
        assertEquals("a reply begins with 0x12345678", failure((client, r) -> {
            client.out.writeInt(0x12345678);
            return true;
        }, false));
    }

    @Test
    void anAnswerToNothing() throws Exception {
        assertEquals("it answers a request that was not sent", failure((client, r) -> {
            client.simple(new FakeServer.Request(0, 0, 999, 0, 0, null), 0);
            return true;
        }, false));
    }

    @Test
    void aSimpleReplyToAStructuredRead() throws Exception {
        assertEquals("it answers read with a simple reply", failure((client, r) -> {
            client.simple(r, 0);
            return true;
        }, false));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1, 1000, Long.MAX_VALUE, Long.MIN_VALUE})
    void dataThatWereNotAskedFor(long offset) throws Exception {
        assertEquals("it answers a read with bytes that were not asked for",
                failure(chunk(1, Proto.CHUNK_OFFSET_DATA, ByteBuffer.allocate(108).putLong(offset)), false));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 101, Integer.MIN_VALUE})
    void aHoleThatWasNotAskedFor(int bytes) throws Exception {
        assertEquals("it answers a read with bytes that were not asked for",
                failure(chunk(1, Proto.CHUNK_OFFSET_HOLE, ByteBuffer.allocate(12).putLong(0).putInt(bytes)), false));
    }

    @Test
    void theSameBytesTwice() throws Exception {
        assertEquals("it answers a read with the same bytes twice", failure((client, r) -> {
            client.chunk(r, 0, Proto.CHUNK_OFFSET_HOLE, ByteBuffer.allocate(12).putLong(50).putInt(50).array());
            client.chunk(r, 0, Proto.CHUNK_OFFSET_HOLE, ByteBuffer.allocate(12).putLong(0).putInt(51).array());
            return true;
        }, false));
    }

    @Test
    void aReadThatEndsTooEarly() throws Exception {
        assertEquals("its answer to read ends before everything was there",
                failure(chunk(1, Proto.CHUNK_OFFSET_DATA, ByteBuffer.allocate(107)), false));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6, 17})
    void aChunkOfAnotherType(int type) throws Exception {
        assertEquals("a chunk of type " + type + " and 12 bytes in its answer to read",
                failure(chunk(1, type, ByteBuffer.allocate(12)), false));
    }

    @Test
    void aChunkThatIsFarTooLong() throws Exception {
        assertEquals("a chunk of type 32769 and 4294967295 bytes in its answer to read", failure((client, r) -> {
            client.out.write(ByteBuffer.allocate(20).putInt(Proto.STRUCTURED_REPLY).putShort((short) 1).putShort((short) Proto.CHUNK_ERROR)
                    .putLong(r.cookie()).putInt(-1).array());
            return true;
        }, false));
    }

    @Test
    void anErrorTextThatIsLongerThanItsChunk() throws Exception {
        assertEquals("an error text of 100 bytes in a chunk of 10",
                failure(chunk(1, Proto.CHUNK_ERROR, ByteBuffer.allocate(10).putInt(5).putShort((short) 100)), false));
    }

    @Test
    void anExtentOfZeroBytes() throws Exception {
        assertEquals("an extent of zero bytes", failure(chunk(1, Proto.CHUNK_BLOCK_STATUS, ByteBuffer.allocate(12).putInt(7)), true));
    }

    @Test
    void extentsOfAnotherContext() throws Exception {
        assertEquals("it answers block status for context 8, which was not chosen or came before",
                failure(chunk(1, Proto.CHUNK_BLOCK_STATUS, ByteBuffer.allocate(12).putInt(8).putInt(100)), true));
    }

    @Test
    void noExtentsAtAll() throws Exception {
        assertEquals("its answer to block status ends before everything was there",
                failure(chunk(1, Proto.CHUNK_NONE, ByteBuffer.allocate(0)), true));
    }

    private String refusal(FakeServer.OptionHook hook) throws Exception {
        serve(1000).optionHook = hook;
        LayerHarness h = layer();
        NbdException e = assertThrows(NbdException.class, h::connect);
        assertTrue(e.getMessage().startsWith("127.0.0.1:" + server.port() + ": "), e.getMessage());
        return e.getMessage().replaceFirst(".*breaks the protocol: ", "");
    }

    private static FakeServer.OptionHook raw(long magic, int answered, int length) {
        return (client, option, payload) -> {
            client.out.writeLong(magic);
            client.out.writeInt(answered);
            client.out.writeInt(Proto.REP_ACK);
            client.out.writeInt(length);
            return true;
        };
    }

    @Test
    void repliesOfTheHandshakeThatBreakTheProtocol() throws Exception {
        assertEquals("a reply in the handshake begins with 0x1", refusal(raw(1, Proto.OPT_STRUCTURED_REPLY, 0)));
        end();
        assertEquals("it answers option 99 where 8 was sent", refusal(raw(Proto.REPLY_MAGIC, 99, 0)));
        end();
        assertEquals("a reply in the handshake has 4294967295 bytes", refusal(raw(Proto.REPLY_MAGIC, Proto.OPT_STRUCTURED_REPLY, -1)));
    }

    private static FakeServer.OptionHook go(byte[]... infos) {
        return (client, option, payload) -> {
            if (option != Proto.OPT_GO) {
                return false;
            }
            for (byte[] info : infos) {
                client.reply(option, Proto.REP_INFO, info);
            }
            client.reply(option, Proto.REP_ACK);
            return true;
        };
    }

    @Test
    void informationThatMakesNoSense() throws Exception {
        byte[] export = ByteBuffer.allocate(12).putShort((short) 0).putLong(1000).putShort((short) 1).array();
        byte[] negative = ByteBuffer.allocate(12).putShort((short) 0).putLong(-1).array();
        byte[] blocks = ByteBuffer.allocate(14).putShort((short) 3).putInt(3).putInt(512).putInt(4096).array();
        assertEquals("it does not say how large the export is", refusal(go()));
        end();
        assertEquals("its export has 18446744073709551615 bytes; at most 9223372036854775807 are possible", refusal(go(negative)));
        end();
        assertEquals("minimum block size must be a power of 2 between 1 and 65536, not 3", refusal(go(export, blocks)));
        end();
        assertEquals("its information of type 0 has 5 bytes", refusal(go(new byte[5])));
        end();
        assertEquals("its information about an export does not end", refusal((client, option, payload) -> {
            if (option != Proto.OPT_GO) {
                return false;
            }
            for (int i = 0; i < 2000; i++) {
                client.reply(option, Proto.REP_INFO, export);
            }
            return true;
        }));
    }

    @Test
    void aServerThatWantsTls() throws Exception {
        String text = refusal((client, option, payload) -> {
            client.reply(option, Proto.REP_ERROR + 5);
            return true;
        });
        assertTrue(text.endsWith("the server refuses export '': it wants TLS, which is not supported here"), text);
    }

    @Test
    void somethingThatIsNoNbdServer() throws Exception {
        try (ServerSocket web = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var answer = later(() -> {
                try (Socket s = web.accept()) {
                    s.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                    s.getInputStream().read();
                }
                return null;
            });
            LayerHarness h = layer("hostname=127.0.0.1", "port=" + web.getLocalPort());
            NbdException e = assertThrows(NbdException.class, h::connect);
            assertTrue(e.getMessage().endsWith("the server breaks the protocol: this is no NBD server"), e.getMessage());
            get(answer);
        }
    }

    @Test
    void aServerThatHangsUp() throws Exception {
        String text = refusal((client, option, payload) -> {
            throw new IOException("hang up");
        });
        assertTrue(text.endsWith(": the server closed the connection"), text);
    }

    @Test
    void aListThatDoesNotEnd() throws Exception {
        serve(1000).exports = new TreeMap<>(Map.of("", ""));
        server.optionHook = (client, option, payload) -> {
            if (option != Proto.OPT_LIST) {
                return false;
            }
            while (true) {
                client.reply(option, Proto.REP_SERVER, new byte[4]);
            }
        };
        LayerHarness h = layer("dynamic-export=true");
        NbdException e = assertThrows(NbdException.class,
                () -> ((RemotePlugin) h.layer()).exports(new TestClient(1)));
        assertTrue(e.getMessage().endsWith("it lists more than 10000 exports"), e.getMessage());
    }
}
