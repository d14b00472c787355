package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.contract.ModelDevice;
import dev.sluice.core.chain.FakeDevice;
import dev.sluice.core.chain.Journal;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.Workers;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection whose calls are slow, where more than half of the threads have something to do. */
class ScarceThreadsTest {
    private final CountDownLatch busy = new CountDownLatch(1);

    @AfterEach
    void endOthers() {
        busy.countDown();
    }

    /** Flushes wait. */
    private static final class Slow extends FakeDevice {
        private final CountDownLatch inside = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);

        Slow() {
            super(new Journal(), "d", ModelDevice.of(new byte[4096]));
        }

        @Override
        public void flush() {
            inside.countDown();
            Background.await(go);
        }
    }

    private void occupyThreads(Session s) {
        Workers workers = s.bench.core.services.workers();
        for (int i = 0; i <= workers.limit() / 2; i++) {
            assertTrue(workers.tryRun(() -> Background.await(busy)));
        }
        assertFalse(workers.isRoomy());
    }

    /** Until a follower has the input. */
    private static void awaitOvertaken(Session s) {
        long end = System.nanoTime() + 30_000_000_000L;
        while (s.transmission.callsInFlight() == 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertEquals(1, s.transmission.callsInFlight());
    }

    /**
     * A flush that is under way while threads are scarce, and whose leader was overtaken.
     *
     * @return its cookie
     */
    private long slowFlush(Session s, Slow device) throws Exception {
        occupyThreads(s);
        long flush = s.request(Command.FLUSH, 0, 0, 0);
        Background.await(device.inside);
        awaitOvertaken(s);
        return flush;
    }

    @Test
    void aConnectionWhoseLastCallWasSlowKeepsNoThread() throws Exception {
        Slow device = new Slow();
        try (Session s = Session.simple().around(device)) {
            long flush = slowFlush(s, device);
            device.go.countDown();
            assertEquals(0, s.simpleReply(flush));
            s.wire.awaitParked();
            assertEquals(0, s.simpleReply(s.request(Command.FLUSH, 0, 0, 0)));
            busy.countDown();
        }
    }

    @Test
    void requestsAreTakenWhileACallIsUnderWay() throws Exception {
        Slow device = new Slow();
        try (Session s = Session.simple().around(device)) {
            long flush = slowFlush(s, device);
            for (int i = 0; i < 3; i++) {
                assertEquals(0, s.simpleReply(s.request(Command.TRIM, 0, 0, 512)));
            }
            device.go.countDown();
            assertEquals(0, s.simpleReply(flush));
            busy.countDown();
        }
    }

    @Test
    void aClientThatGoesWhileACallIsUnderWayIsNoticed() throws Exception {
        Slow device = new Slow();
        try (Session s = Session.simple().around(device)) {
            slowFlush(s, device);
            s.wire.halfClose();
            device.go.countDown();
            busy.countDown();
            s.awaitEnd();
        }
    }
}
