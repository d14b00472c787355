package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.chain.CoreServices;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeadershipTest {
    private final CoreServices core = new CoreServices();

    @AfterEach
    void nothingLeaks() {
        core.assertNothingLeaked();
    }

    @Test
    void aLeaderOutsideOfACallIsNotOvertaken() throws Exception {
        Leadership leader = Leadership.create(core.buffers);
        Leadership follower = Leadership.create(core.buffers);
        assertEquals(-1, leader.currentCall());
        assertNull(leader.overtake(0, follower));
        leader.enterCall();
        assertTrue(leader.leaveCall());
        assertNull(leader.overtake(1, follower));
        leader.release();
        follower.release();
    }

    @Test
    void anotherCallThanTheStuckOneIsNotOvertaken() throws Exception {
        Leadership leader = Leadership.create(core.buffers);
        Leadership follower = Leadership.create(core.buffers);
        leader.enterCall();
        int stuck = leader.currentCall();
        leader.leaveCall();
        leader.enterCall();
        assertNull(leader.overtake(stuck, follower));
        assertTrue(leader.leaveCall());
        leader.release();
        follower.release();
    }

    @Test
    void theFollowerGetsTheInputAndTheFinishedReplies() throws Exception {
        Leadership leader = Leadership.create(core.buffers);
        Leadership follower = Leadership.create(core.buffers);
        leader.in.limit(10).position(3);
        leader.in.put(3, (byte) 42);
        leader.batch.ensure(16);
        leader.batch.setUsed(16);
        leader.batch.addArena(0, 16);
        leader.enterCall();
        Batch finished = leader.overtake(leader.currentCall(), follower);
        assertNotNull(finished);
        assertEquals(7, follower.in.remaining());
        assertEquals(42, follower.in.get());
        assertEquals(16, finished.bytes());
        assertFalse(leader.leaveCall());
        finished.release();
        leader.release();
        follower.release();
    }

    @Test
    void theFollowerOfASenderGetsTheInputAndTheSenderKeepsItsReplies() throws Exception {
        Leadership leader = Leadership.create(core.buffers);
        Leadership follower = Leadership.create(core.buffers);
        leader.in.limit(10).position(3);
        leader.in.put(3, (byte) 42);
        leader.batch.ensure(16);
        leader.batch.setUsed(16);
        leader.batch.addArena(0, 16);
        leader.enterSend();
        assertTrue(leader.isSending());
        int send = leader.currentCall();
        assertNull(leader.overtake(send, follower));
        assertFalse(leader.overtakeSend(send - 1, follower));
        assertTrue(leader.overtakeSend(send, follower));
        assertEquals(7, follower.in.remaining());
        assertEquals(42, follower.in.get());
        assertEquals(16, leader.batch.bytes());
        assertTrue(follower.batch.isEmpty());
        assertFalse(leader.leaveSend());
        leader.release();
        follower.release();
    }

    @Test
    void aSendThatHasEndedIsNotOvertaken() throws Exception {
        Leadership leader = Leadership.create(core.buffers);
        Leadership follower = Leadership.create(core.buffers);
        leader.enterSend();
        int send = leader.currentCall();
        assertTrue(leader.leaveSend());
        assertFalse(leader.overtakeSend(send, follower));
        leader.enterCall();
        assertFalse(leader.overtakeSend(leader.currentCall(), follower));
        assertTrue(leader.leaveCall());
        leader.release();
        follower.release();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void leaderAndFollowerAlwaysAgreeWhoHasTheInput(long seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            Leadership leader = Leadership.create(core.buffers);
            Leadership follower = Leadership.create(core.buffers);
            leader.in.limit(1 + random.nextInt(4096));
            leader.enterCall();
            int call = leader.currentCall();
            int spin = random.nextInt(200);
            CyclicBarrier start = new CyclicBarrier(2);
            Background<Batch> overtaking = Background.run(() -> {
                start.await(ManualPlatform.BOUND, TimeUnit.SECONDS);
                return leader.overtake(call, follower);
            });
            start.await(ManualPlatform.BOUND, TimeUnit.SECONDS);
            for (int i = 0; i < spin; i++) {
                Thread.onSpinWait();
            }
            boolean still = leader.leaveCall();
            Batch finished = overtaking.result();
            assertEquals(still, finished == null);
            assertEquals(still ? 0 : leader.in.remaining(), follower.in.remaining());
            if (finished != null) {
                finished.release();
            }
            leader.release();
            follower.release();
        }
    }
}
