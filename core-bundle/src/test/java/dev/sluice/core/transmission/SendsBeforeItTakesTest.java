package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.protocol.Magic;
import dev.sluice.core.util.Background;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that takes no reply before it has sent everything, over a wire that holds little. */
class SendsBeforeItTakesTest {
    private static final int SIZE = 20 << 20;
    /** What the wire holds of replies. */
    private static final int ROOM = 64 << 10;

    private final ModelDevice model = ModelDevice.of(new byte[SIZE]);
    /** What each read must find; what is under way at once does not overlap. */
    private final Map<Long, byte[]> reads = new HashMap<>();
    private int open;

    private static byte[] random(int n, int seed) {
        byte[] bytes = new byte[n];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private void read(Session s, long offset, byte[] expected) {
        reads.put(s.request(Command.READ, 0, offset, expected.length), expected);
        open++;
    }

    private void write(Session s, long offset, byte[] bytes) {
        s.request(Command.WRITE, 0, offset, bytes.length, bytes);
        open++;
    }

    /** Takes the replies to all requests, in whatever order they come. */
    private void takeAll(Session s) throws IOException {
        while (open > 0) {
            ByteBuffer b = s.wire.receive(16);
            assertEquals(Magic.SIMPLE_REPLY, b.getInt(0));
            assertEquals(0, b.getInt(4));
            byte[] expected = reads.remove(b.getLong(8));
            if (expected != null) {
                assertArrayEquals(expected, s.wire.receive(expected.length).array());
            }
            open--;
        }
        assertTrue(reads.isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"1,PARALLEL", "16,PARALLEL", "1,SERIALIZE_REQUESTS", "16,SERIALIZE_CONNECTIONS"})
    void largeWritesBehindALargeReadAreTaken(int threads, ThreadModel strictness) throws Exception {
        try (Session s = Session.simple().room(ROOM).threads(threads).model(strictness).around(model)) {
            for (int i = 1; i <= 16; i++) {
                read(s, 0, new byte[1 << 20]);
                write(s, i << 20, random(1 << 20, i));
                s.wire.awaitTaken();
            }
            takeAll(s);
            for (int i = 1; i <= 16; i++) {
                read(s, i << 20, random(1 << 20, i));
                takeAll(s);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 20_000, 100_000})
    void largeWritesBehindManySmallerReadsAreTaken(int length) throws Exception {
        try (Session s = Session.simple().room(ROOM).around(model)) {
            byte[] mark = random(1 << 20, 7);
            write(s, SIZE / 2, mark);
            takeAll(s);
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 150_000 / length; i++) {
                    read(s, SIZE / 2 + i, Arrays.copyOfRange(mark, i, i + length));
                }
                write(s, round << 20, random(300_000, round));
                s.wire.awaitTaken();
            }
            takeAll(s);
        }
    }

    @Test
    void aReplyThatIsTakenAtLastLeavesOneThreadAndAnIdleConnection() throws Exception {
        try (Session s = Session.simple().room(ROOM).around(model)) {
            read(s, 0, new byte[1 << 20]);
            write(s, 0, new byte[300_000]);
            s.wire.awaitTaken();
            takeAll(s);
            s.transmission.awaitQuiet(s.bench.soon());
            assertEquals(0, s.transmission.callsInFlight());
            for (int i = 0; i < 10; i++) {
                read(s, SIZE / 2, new byte[300_000]);
                takeAll(s);
            }
        }
    }

    @Test
    void repliesThatWereFinishedBeforeACallThatHangsDoNotHoldTheInputUp() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        model.onFlush(() -> Background.await(go));
        try (Session s = Session.simple().room(ROOM).around(model)) {
            // together, so that the reply is finished and not sent when the flush begins
            ByteBuffer both = ByteBuffer.allocate(2 * 28);
            both.putInt(Magic.REQUEST).putShort((short) 0).putShort((short) Command.READ).putLong(1001).putLong(0).putInt(100_000);
            both.putInt(Magic.REQUEST).putShort((short) 0).putShort((short) Command.FLUSH).putLong(1002).putLong(0).putInt(0);
            reads.put(1001L, new byte[100_000]);
            open = 2;
            s.wire.send(both.flip());
            write(s, SIZE / 2, new byte[300_000]);
            s.wire.awaitTaken();
            go.countDown();
            takeAll(s);
        } finally {
            go.countDown();
        }
    }

    @Test
    void whoDisconnectsBehindALargeReadGetsItsReply() throws Exception {
        try (Session s = Session.simple().room(ROOM).around(model)) {
            read(s, 0, new byte[1 << 20]);
            s.request(Command.DISC, 0, 0, 0);
            s.wire.awaitTaken();
            takeAll(s);
            s.awaitEnd();
        }
    }

    @Test
    void whoSendsNoMoreBehindALargeReadGetsItsReply() throws Exception {
        try (Session s = Session.simple().room(ROOM).around(model)) {
            read(s, 0, new byte[1 << 20]);
            write(s, 0, new byte[300_000]);
            s.wire.awaitTaken();
            s.wire.halfClose();
            takeAll(s);
            s.awaitEnd();
        }
    }

    @Test
    void whoGoesWithoutTakingAnythingLeavesNothing() throws Exception {
        try (Session s = Session.simple().room(ROOM).around(model)) {
            for (int i = 0; i < 5; i++) {
                read(s, 0, new byte[1 << 20]);
                write(s, 0, new byte[300_000]);
            }
            s.wire.awaitTaken();
            s.transmission.close();
            s.awaitEnd();
        }
    }

    @Test
    void requestsBehindAReplyThatIsNotTakenWaitForAGateAndGoOn() throws Exception {
        try (Session s = Session.simple().room(ROOM).around(model)) {
            read(s, 0, new byte[1 << 20]);
            write(s, 0, new byte[300_000]);
            s.wire.awaitTaken();
            s.export.connections().get(0).gate().shut();
            assertTrue(s.export.connections().get(0).gate().awaitEmpty(s.bench.soon()));
            write(s, SIZE / 2, random(300_000, 1));
            read(s, 1 << 20, new byte[300_000]);
            s.export.connections().get(0).gate().reopen();
            takeAll(s);
        }
    }
}
