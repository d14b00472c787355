package dev.sluice.core.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Lease;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private static final int K = 1024;

    private final ManualPlatform platform = new ManualPlatform();
    private final BufferPool pool = new BufferPool(platform, 64 * K);

    @Test
    void aBufferHasTheSizeThatWasAskedFor() throws Exception {
        try (PooledBuffer b = pool.lease(5000)) {
            assertEquals(5000, b.memory().capacity());
            assertEquals(8192, b.whole().capacity());
            assertTrue(b.memory().isDirect());
        }
    }

    @Test
    void aBufferOfOneByteIsPossible() throws Exception {
        try (PooledBuffer b = pool.lease(1)) {
            assertEquals(1, b.memory().remaining());
        }
    }

    @Test
    void sizesOutsideOfTheBoundsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> pool.lease(0));
        assertThrows(IllegalArgumentException.class, () -> pool.lease(-1));
        assertThrows(IllegalArgumentException.class, () -> pool.lease(BufferPool.MAX + 1));
    }

    @Test
    void theBoundHolds() throws Exception {
        pool.lease(64 * K);
        assertNull(pool.tryLease(1));
        assertEquals(1, pool.refused());
        assertEquals(64 * K, pool.leasedBytes());
    }

    @Test
    void whoWaitsGetsWhatIsGivenBack() throws Exception {
        PooledBuffer all = pool.lease(64 * K);
        Background<PooledBuffer> waiting = Background.run(() -> pool.lease(4 * K));
        platform.awaitWaiting("buffer pool", 1);
        all.close();
        assertNotNull(waiting.result());
    }

    @Test
    void whoWaitsTooLongGetsEnomem() throws Exception {
        pool.lease(64 * K);
        Background<PooledBuffer> waiting = Background.run(() -> pool.lease(4 * K));
        platform.awaitWaiting("buffer pool", 1);
        platform.advance(BufferPool.WAIT);
        assertEquals(NbdError.ENOMEM, assertThrows(NbdException.class, waiting::result).error());
    }

    @Test
    void moreThanTheBoundIsEnomem() throws Exception {
        Background<PooledBuffer> waiting = Background.run(() -> pool.lease(128 * K));
        platform.awaitWaiting("buffer pool", 1);
        platform.advance(BufferPool.WAIT);
        assertEquals(NbdError.ENOMEM, assertThrows(NbdException.class, waiting::result).error());
    }

    @Test
    void aBufferIsUsedAgain() throws Exception {
        PooledBuffer first = pool.lease(4 * K);
        ByteBuffer memory = first.whole();
        first.close();
        assertSame(memory, pool.lease(4 * K).whole());
    }

    @Test
    void aBufferThatIsUsedAgainIsAsNew() throws Exception {
        PooledBuffer first = pool.lease(4 * K);
        first.memory().order(ByteOrder.LITTLE_ENDIAN).position(17).limit(20);
        first.close();
        ByteBuffer again = pool.lease(4 * K).memory();
        assertEquals(ByteOrder.BIG_ENDIAN, again.order());
        assertEquals(0, again.position());
        assertEquals(4 * K, again.limit());
    }

    @Test
    void keptBuffersOfOtherSizesMakeRoom() throws Exception {
        List<PooledBuffer> small = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            small.add(pool.lease(4 * K));
        }
        small.forEach(PooledBuffer::close);
        assertNotNull(pool.tryLease(64 * K));
    }

    @Test
    void memoryGoesBackWithTheLastReference() throws Exception {
        PooledBuffer b = pool.lease(4 * K);
        b.retain();
        b.close();
        assertEquals(1, pool.leases());
        b.close();
        assertEquals(0, pool.leases());
        assertEquals(0, pool.leasedBytes());
    }

    @Test
    void givingBackTooOftenIsFound() throws Exception {
        PooledBuffer b = pool.lease(4 * K);
        b.close();
        assertThrows(IllegalStateException.class, b::close);
        assertEquals(0, pool.leases());
    }

    @Test
    void retainingAfterTheEndIsFound() throws Exception {
        PooledBuffer b = pool.lease(4 * K);
        b.close();
        assertThrows(IllegalStateException.class, b::retain);
    }

    @Test
    void shrinkingDropsWhatNobodyNeeded() throws Exception {
        PooledBuffer b = pool.lease(4 * K);
        ByteBuffer memory = b.whole();
        b.close();
        pool.shrink();
        pool.shrink();
        assertTrue(memory != pool.lease(4 * K).whole());
    }

    @Test
    void shrinkingKeepsWhatWasInUse() throws Exception {
        PooledBuffer b = pool.lease(4 * K);
        ByteBuffer memory = b.whole();
        pool.shrink();
        b.close();
        pool.shrink();
        assertSame(memory, pool.lease(4 * K).whole());
    }

    @Test
    void zeroedMemoryIsZero() throws Exception {
        LayerBuffers buffers = new LayerBuffers(pool);
        Lease dirty = buffers.lease(4 * K - 3);
        for (int i = 0; i < 4 * K - 3; i++) {
            dirty.memory().put(i, (byte) 1);
        }
        dirty.close();
        try (Lease zero = buffers.zeroed(4 * K - 3)) {
            assertEquals(0, zero.memory().position());
            for (int i = 0; i < 4 * K - 3; i++) {
                assertEquals(0, zero.memory().get(i));
            }
        }
    }

    @Test
    void manyThreadsStayWithinTheBoundAndLoseNothing() throws Exception {
        List<Background<Boolean>> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Random random = new Random(t);
            threads.add(Background.run(() -> {
                for (int i = 0; i < 5000; i++) {
                    PooledBuffer b = pool.tryLease(1 + random.nextInt(32 * K));
                    if (b != null) {
                        // the mark of another owner would show that two have the same memory
                        long mark = random.nextLong();
                        b.whole().putLong(0, mark);
                        Thread.onSpinWait();
                        assertEquals(mark, b.whole().getLong(0));
                        assertTrue(pool.leasedBytes() <= 64 * K);
                        b.close();
                    }
                }
                return true;
            }));
        }
        for (Background<Boolean> t : threads) {
            t.result();
        }
        assertEquals(0, pool.leases());
        assertEquals(0, pool.leasedBytes());
    }
}
