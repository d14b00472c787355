package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.Lease;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.chain.CoreServices;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplyTest {
    private final CoreServices core = new CoreServices();
    private final Batch batch = new Batch(core.buffers, 128 << 10);
    private final Reply reply = new Reply(core.buffers);

    @BeforeEach
    void begin() throws Exception {
        reply.begin(batch, 28, 1000);
    }

    @AfterEach
    void nothingLeaks() {
        reply.abandon();
        batch.release();
        core.assertNothingLeaked();
    }

    private static void broken(org.junit.jupiter.api.function.Executable e) {
        assertEquals(NbdError.EIO, assertThrows(NbdException.class, e).error());
    }

    @Test
    void whatIsFilledCounts() throws Exception {
        assertEquals(1000, reply.remaining());
        reply.buffer(400).put(new byte[100]);
        assertEquals(900, reply.remaining());
    }

    @Test
    void oneBufferStandsRightBehindItsHeader() throws Exception {
        reply.buffer(1000).put(new byte[1000]);
        reply.settle();
        assertEquals(true, reply.isOneStretch());
    }

    @Test
    void aBufferThatIsNotFullEndsTheRead() throws Exception {
        reply.buffer(400).put(new byte[100]);
        broken(() -> reply.zeroes(600));
        broken(reply::settle);
    }

    @Test
    void moreThanWasAskedForIsRefused() {
        broken(() -> reply.buffer(1001));
        broken(() -> reply.zeroes(1001));
        broken(() -> reply.zeroes(0));
        broken(() -> reply.zeroes(-1));
    }

    @Test
    void aRewindToTheStartTakesEverythingBack() throws Exception {
        Lease lease = core.buffers.lease(100);
        reply.buffer(100).put(new byte[100]);
        reply.lease(lease, 0, 100);
        reply.buffer(100).put(new byte[50]);
        reply.rewind(1000);
        lease.close();
        assertEquals(1000, reply.remaining());
        assertEquals(0, reply.count());
    }

    @Test
    void aRewindKeepsAFullBufferThatWasThereBefore() throws Exception {
        reply.buffer(400).put(new byte[400]);
        int before = reply.remaining();
        reply.rewind(before);
        assertEquals(600, before);
        assertEquals(600, reply.remaining());
        reply.zeroes(100);
        reply.rewind(before);
        assertEquals(600, reply.remaining());
        reply.zeroes(600);
        reply.settle();
        assertEquals(2, reply.count());
    }

    @Test
    void aLeaseIsHeldUntilTheReplyIsGivenUp() throws Exception {
        Lease lease = core.buffers.lease(100);
        reply.lease(lease, 50, 50);
        lease.close();
        assertEquals(2, core.buffers.leases());
        reply.abandon();
        assertEquals(1, core.buffers.leases());
    }

    @Test
    void aRangeOutsideOfALeaseIsRefused() throws Exception {
        try (Lease lease = core.buffers.lease(100)) {
            assertThrows(IndexOutOfBoundsException.class, () -> reply.lease(lease, 50, 51));
            assertThrows(IndexOutOfBoundsException.class, () -> reply.lease(lease, -1, 10));
        }
    }

    @Test
    void aPieceThatDoesNotFitTheArenaHasMemoryOfItsOwn() throws Exception {
        reply.abandon();
        reply.begin(batch, 28, 200_000);
        assertEquals(200_000, reply.buffer(200_000).remaining());
        assertEquals(Reply.OWN, reply.kind(0));
    }

    @Test
    void manyPiecesArePossible() throws Exception {
        for (int i = 0; i < 1000; i++) {
            reply.zeroes(1);
        }
        assertEquals(0, reply.remaining());
        assertEquals(1000, reply.count());
    }
}
