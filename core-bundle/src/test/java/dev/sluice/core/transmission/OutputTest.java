package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.chain.CoreServices;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutputTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final CoreServices core = new CoreServices(platform);
    private final MemoryWire wire = new MemoryWire(1000);
    private final Output output = new Output(wire, new ReplyEncoder(new SessionFacts(true, false, 0, List.of())), platform, "c",
            40 << 20, line -> { });

    @AfterEach
    void nothingLeaks() {
        wire.close();
        output.close();
        core.assertNothingLeaked();
    }

    /** Bytes of one value, in memory that must be given back. */
    private Batch batch(int length, int value) throws IOException {
        Batch b = new Batch(core.buffers, 4096);
        b.ensure(length);
        for (int i = 0; i < length; i++) {
            b.memory().put(i, (byte) value);
        }
        b.setUsed(length);
        b.addArena(0, length);
        return b;
    }

    private Background<Boolean> stuck() throws Exception {
        Background<Boolean> sender = Background.run(() -> {
            Batch b = batch(1500, 1);
            try {
                return output.send(b);
            } finally {
                b.release();
            }
        });
        wire.awaitStuckWriter();
        return sender;
    }

    @Test
    void aBatchIsSentAtOnce() throws Exception {
        Batch b = batch(10, 1);
        assertTrue(output.send(b));
        assertTrue(b.isEmpty());
        b.release();
        assertEquals(1, wire.receive(10).get(9));
        assertTrue(output.isQuiet());
    }

    @Test
    void anEmptyBatchIsNothing() throws Exception {
        assertTrue(output.send(new Batch(core.buffers, 4096)));
    }

    @Test
    void whoFindsTheOutputBusyQueuesAndGoesOn() throws Exception {
        Background<Boolean> first = stuck();
        assertFalse(output.send(batch(10, 2)));
        assertFalse(output.send(batch(10, 3)));
        assertFalse(output.isQuiet());
        ByteBuffer all = wire.receive(1520);
        assertTrue(first.result());
        assertEquals(1, all.get(1499));
        assertEquals(2, all.get(1509));
        assertEquals(3, all.get(1519));
    }

    /** The others wait already, so it will not be more. */
    private static void awaitDone(int n, List<Background<Boolean>> senders) throws Exception {
        Background.until(() -> senders.stream().filter(Background::isDone).count() == n, n + " have queued");
    }

    @Test
    void theQueueIsBounded() throws Exception {
        Background<Boolean> first = stuck();
        List<Background<Boolean>> senders = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Batch b = batch(1 << 20, i);
            senders.add(Background.run(() -> output.send(b)));
        }
        platform.awaitWaiting("queue of c", 20 - Backlog.MAX_LARGE);
        awaitDone(Backlog.MAX_LARGE, senders);
        wire.receive(1500 + (20 << 20));
        assertTrue(first.result());
        for (Background<Boolean> s : senders) {
            s.result();
        }
    }

    @Test
    void aFewSmallRepliesAreCountedWithTheMemoryThatTheyHold() throws Exception {
        Background<Boolean> first = stuck();
        List<Background<Boolean>> senders = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Batch b = new Batch(core.buffers, 1 << 20);
            b.ensure(16);
            b.setUsed(16);
            b.addArena(0, 16);
            senders.add(Background.run(() -> output.send(b)));
        }
        platform.awaitWaiting("queue of c", 20 - Backlog.MAX_LARGE);
        wire.receive(1500 + 20 * 16);
        assertTrue(first.result());
        for (Background<Boolean> s : senders) {
            s.result();
        }
    }

    @Test
    void aFewLargeRepliesAreQueuedUpToTheBytesOfAConnection() throws Exception {
        Background<Boolean> first = stuck();
        List<Background<Boolean>> senders = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Batch b = batch(16 << 20, i);
            senders.add(Background.run(() -> output.send(b)));
        }
        platform.awaitWaiting("queue of c", 2);
        awaitDone(3, senders);
        wire.receive(1500 + (80 << 20));
        assertTrue(first.result());
        for (Background<Boolean> s : senders) {
            s.result();
        }
    }

    @Test
    void aBrokenConnectionWakesAllWhoWait() throws Exception {
        Background<Boolean> first = stuck();
        List<Background<Boolean>> senders = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Batch b = batch(1 << 20, i);
            senders.add(Background.run(() -> {
                try {
                    return output.send(b);
                } catch (IOException e) {
                    b.release();
                    throw e;
                }
            }));
        }
        platform.awaitWaiting("queue of c", 1);
        wire.close();
        assertThrows(IOException.class, first::result);
        int told = 0;
        for (Background<Boolean> s : senders) {
            try {
                s.result();
            } catch (IOException e) {
                told++;
            }
        }
        assertTrue(told >= 1);
    }

    @Test
    void nothingIsSentAfterTheClose() throws Exception {
        output.close();
        Batch b = batch(10, 1);
        assertThrows(IOException.class, () -> output.send(b));
        b.release();
    }

    @Test
    void lookingAtTheInputWaitsForNoWriter() throws Exception {
        Background<Boolean> first = stuck();
        assertFalse(output.tryHold());
        wire.receive(1500);
        first.result();
        assertTrue(output.tryHold());
        output.letGo();
    }
}
