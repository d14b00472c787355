package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdException;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.PooledBuffer;
import dev.sluice.core.chain.CoreServices;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final CoreServices core = new CoreServices(platform, 1 << 20);
    private final Batch batch = new Batch(core.buffers, 8192);

    @AfterEach
    void nothingLeaks() {
        batch.release();
        core.assertNothingLeaked();
    }

    private void add(Batch to, int length) throws NbdException {
        to.ensure(length);
        int at = to.used();
        to.setUsed(at + length);
        to.addArena(at, length);
    }

    @Test
    void stretchesThatTouchAreOne() throws Exception {
        add(batch, 100);
        add(batch, 50);
        assertEquals(1, batch.count());
        assertEquals(150, batch.buffer(0).remaining());
        assertEquals(150, batch.bytes());
    }

    @Test
    void stretchesOfDifferentArenasAreNotJoined() throws Exception {
        add(batch, 8192);
        add(batch, 100);
        assertEquals(2, batch.count());
        assertEquals(8292, batch.bytes());
    }

    @Test
    void stretchesWithSomethingBetweenThemAreNotJoined() throws Exception {
        add(batch, 100);
        batch.addMemory(ByteBuffer.allocate(7), null);
        add(batch, 100);
        assertEquals(3, batch.count());
    }

    @Test
    void whatABatchOwnsIsGivenBackWhenItWasSent() throws Exception {
        PooledBuffer owned = core.buffers.lease(100);
        batch.addMemory(owned.memory(), owned);
        batch.reset();
        assertEquals(0, core.buffers.leases());
        assertTrue(batch.isEmpty());
    }

    @Test
    void theArenaIsKeptForUseAgain() throws Exception {
        add(batch, 100);
        PooledBuffer arena = batch.arena();
        batch.reset();
        add(batch, 100);
        assertSame(arena, batch.arena());
        assertEquals(0, batch.buffer(0).position());
    }

    @Test
    void anArenaThatOneHugeReplyNeededIsNotKept() throws Exception {
        add(batch, 512 << 10);
        batch.reset();
        assertEquals(0, core.buffers.leases());
        add(batch, 100);
        assertEquals(8192, batch.arena().whole().capacity());
    }

    @Test
    void withoutMemoryABatchKeepsWhatItHas() throws Exception {
        add(batch, 100);
        PooledBuffer arena = batch.arena();
        PooledBuffer rest = core.buffers.lease(512 << 10);
        Background<Boolean> b = Background.run(() -> {
            batch.ensure(512 << 10);
            return true;
        });
        platform.awaitWaiting("buffer pool", 1);
        platform.advance(BufferPool.WAIT);
        assertThrows(NbdException.class, b::result);
        assertSame(arena, batch.arena());
        add(batch, 64);
        assertEquals(164, batch.bytes());
        rest.close();
    }

    @Test
    void finishedRepliesCanBeSplitOffWhileTheArenaIsInUse() throws Exception {
        add(batch, 100);
        batch.memory().put(0, (byte) 7);
        batch.ensure(200);
        int at = batch.used();
        batch.setUsed(at + 200);
        Batch finished = batch.splitFinished();
        batch.addArena(at, 200);
        assertEquals(100, finished.bytes());
        assertEquals(200, batch.bytes());
        assertNotSame(finished.buffer(0), batch.buffer(0));
        finished.release();
        assertEquals(1, core.buffers.leases());
        assertEquals(100, batch.buffer(0).position());
    }
}
