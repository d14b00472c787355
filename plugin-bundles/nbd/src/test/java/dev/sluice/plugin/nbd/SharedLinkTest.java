package dev.sluice.plugin.nbd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that leave while others use the same connection: whatever they leave behind there, the others notice nothing. */
class SharedLinkTest extends ServedTest {
    private static final int SIZE = 16 << 20;
    private static final int SLOW = 1 << 20;
    /** The server has come to where the test wants it. */
    private volatile CountDownLatch arrived = new CountDownLatch(1);
    /** The server may go on. */
    private volatile CountDownLatch go = new CountDownLatch(1);
    private volatile int oddKind;
    private Connection leaves;
    private Connection stays;

    @BeforeEach
    void twoClients() throws Exception {
        serve(SIZE);
        Arrays.fill(server.disk, 0, SIZE, (byte) 7);
    }

    private LayerHarness clients() throws Exception {
        LayerHarness h = layer("shared=true");
        leaves = h.connect();
        stays = h.connect();
        // what is lost with the connection, if it is lost
        stays.write(1000, new byte[10], Flags.NONE);
        return h;
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            assertTrue(latch.await(LONG.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static byte[] readReply(FakeServer.Request r, boolean structured) {
        byte[] data = new byte[r.length()];
        Arrays.fill(data, (byte) 7);
        ByteBuffer b = ByteBuffer.allocate(28 + data.length);
        if (structured) {
            b.putInt(Proto.STRUCTURED_REPLY).putShort((short) 1).putShort((short) Proto.CHUNK_OFFSET_DATA).putLong(r.cookie())
                    .putInt(8 + data.length).putLong(r.offset());
        } else {
            b.putInt(Proto.SIMPLE_REPLY).putInt(0).putLong(r.cookie());
        }
        return Arrays.copyOf(b.put(data).array(), b.position());
    }

    /** A read of {@link #SLOW} bytes is answered up to there, and from there on when the test says so. */
    private void answerInTwoParts(int first) {
        server.hook = (client, r) -> {
            if (r.type() != Proto.READ || r.length() != SLOW) {
                return false;
            }
            byte[] reply = readReply(r, server.structured);
            client.out.write(reply, 0, first);
            arrived.countDown();
            await(go);
            client.out.write(reply, first, reply.length - first);
            return true;
        };
    }

    private Future<NbdException> slowRead() {
        return later(() -> assertThrows(NbdException.class, () -> leaves.read(0, SLOW)));
    }

    private void cancel(Future<NbdException> call) throws Exception {
        leaves.request().cancellation().cancel("the client has gone");
        assertEquals(NbdError.ESHUTDOWN, get(call).error());
    }

    /** On the same connection as before. */
    private static void assertUnharmed(FakeServer server, Connection client) throws Exception {
        client.device().flush();
        assertArrayEquals(new byte[10], client.read(1000, 10));
        assertEquals(1, server.connections);
    }

    /** One client goes when this many bytes of its reply have arrived. */
    private void assertOthersGoOnWhenOneLeavesAfter(int first) throws Exception {
        answerInTwoParts(first);
        clients();
        Future<NbdException> read = slowRead();
        await(arrived);
        cancel(read);
        go.countDown();
        assertUnharmed(server, stays);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 16, 18, 24, 30, 700_000})
    void whoLeavesInTheMiddleOfItsReplyLeavesTheRestToOthers(int first) throws Exception {
        assertOthersGoOnWhenOneLeavesAfter(first);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 16, 700_000})
    void whoLeavesInTheMiddleOfASimpleReplyLeavesTheRestToOthers(int first) throws Exception {
        server.structured = false;
        assertOthersGoOnWhenOneLeavesAfter(first);
    }

    /** Extents, an error with a text, and data behind a hole: the end of what is sent first lies in each of their parts. */
    @ParameterizedTest
    @ValueSource(ints = {1, 17, 20, 22, 24, 27, 33, 36, 44, 50, 60, 65, 80})
    void whateverTheReplyIsOthersGoOnWhereItsCallerLeft(int first) throws Exception {
        server.hook = (client, r) -> {
            byte[] reply = odd(r);
            if (r.offset() != 4096 || reply == null) {
                return false;
            }
            int now = Math.min(first, reply.length - 1);
            client.out.write(reply, 0, now);
            arrived.countDown();
            await(go);
            client.out.write(reply, now, reply.length - now);
            return true;
        };
        for (int kind = 0; kind < 3; kind++) {
            oddKind = kind;
            LayerHarness h = clients();
            boolean status = kind == 0;
            Future<NbdException> call = later(() -> assertThrows(NbdException.class, () -> {
                if (status) {
                    leaves.status(4096, 4096, Flags.NONE);
                } else {
                    leaves.read(4096, 4096);
                }
            }));
            await(arrived);
            cancel(call);
            go.countDown();
            stays.device().flush();
            assertArrayEquals(new byte[10], stays.read(1000, 10));
            assertEquals(kind + 1, server.connections);
            h.close();
            arrived = new CountDownLatch(1);
            go = new CountDownLatch(1);
        }
    }

    private byte[] odd(FakeServer.Request r) {
        ByteBuffer b = ByteBuffer.allocate(5000);
        if (oddKind == 0 && r.type() == Proto.BLOCK_STATUS) {
            b.putInt(Proto.STRUCTURED_REPLY).putShort((short) 1).putShort((short) Proto.CHUNK_BLOCK_STATUS).putLong(r.cookie()).putInt(28)
                    .putInt(7).putInt(1024).putInt(0).putInt(1024).putInt(3).putInt(2048).putInt(0);
        } else if (oddKind == 1 && r.type() == Proto.READ) {
            b.putInt(Proto.STRUCTURED_REPLY).putShort((short) 1).putShort((short) (Proto.CHUNK_ERROR_BIT | 1)).putLong(r.cookie())
                    .putInt(6 + 40).putInt(5).putShort((short) 40).put(new byte[40]);
        } else if (oddKind == 2 && r.type() == Proto.READ) {
            b.putInt(Proto.STRUCTURED_REPLY).putShort((short) 0).putShort((short) Proto.CHUNK_OFFSET_HOLE).putLong(r.cookie()).putInt(12)
                    .putLong(r.offset()).putInt(1024);
            b.putInt(Proto.STRUCTURED_REPLY).putShort((short) 1).putShort((short) Proto.CHUNK_OFFSET_DATA).putLong(r.cookie())
                    .putInt(8 + 3072).putLong(r.offset() + 1024).put(new byte[3072]);
        } else {
            return null;
        }
        return Arrays.copyOf(b.array(), b.position());
    }

    @Test
    void whoLeavesWhileAnotherReadsItsReplyDoesNotWaitForTheRest() throws Exception {
        answerInTwoParts(700_000);
        FakeServer.Hook slowly = server.hook;
        CountDownLatch first = new CountDownLatch(1);
        FakeServer.Request[] kept = new FakeServer.Request[1];
        server.hook = (client, r) -> {
            if (r.type() == Proto.READ && r.length() == 10 && kept[0] == null) {
                kept[0] = r;
                first.countDown();
                return true;
            }
            boolean answered = slowly.answer(client, r);
            if (answered) {
                client.answer(kept[0]);
            }
            return answered;
        };
        clients();
        Future<byte[]> reader = later(() -> stays.read(1000, 10));
        await(first);
        Future<NbdException> read = slowRead();
        await(arrived);
        cancel(read);
        go.countDown();
        assertArrayEquals(new byte[10], get(reader));
        assertUnharmed(server, stays);
    }

    @Test
    void whoLeavesInTheMiddleOfItsRequestSendsItToTheEnd() throws Exception {
        server.hook = (client, r) -> {
            if (r.type() == Proto.READ && r.length() == 20) {
                arrived.countDown();
                await(go);
            }
            return false;
        };
        clients();
        // the server takes nothing while it is at this one
        Future<byte[]> before = later(() -> stays.read(1000, 20));
        await(arrived);
        byte[] data = new byte[SIZE - 2000];
        Future<?> write = later(() -> {
            try {
                leaves.write(2000, data, Flags.NONE);
            } catch (NbdException e) {
                // unless the answer was quicker
                assertEquals(NbdError.ESHUTDOWN, e.error());
            }
            return null;
        });
        leaves.request().cancellation().cancel("the client has gone");
        go.countDown();
        get(write);
        get(before);
        assertUnharmed(server, stays);
    }

    @Test
    void aChangeOfCodeKeepsAConnectionWithARequestThatNobodyWaitsForAnyMore() throws Exception {
        answerInTwoParts(0);
        LayerHarness h = clients();
        Future<NbdException> read = slowRead();
        await(arrived);
        cancel(read);
        leaves.disconnect();
        go.countDown();
        List<Connection> after = h.swap();
        assertUnharmed(server, after.get(0));
    }
}
