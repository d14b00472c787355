package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.core.chain.NoDevice;
import dev.sluice.core.export.Trials;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.util.ManualPlatform;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final Trials trials = new Trials(platform, "e");
    private final Pace pace = new Pace(trials);

    @Test
    void aTypeBecomesSlowAndFastAgain() {
        assertFalse(pace.isSlow(Command.READ));
        pace.record(Command.READ, 10_000_000, 0);
        assertTrue(pace.isSlow(Command.READ));
        assertFalse(pace.isSlow(Command.WRITE));
        for (int i = 0; i < 100; i++) {
            pace.record(Command.READ, 1000, 0);
        }
        assertFalse(pace.isSlow(Command.READ));
    }

    @Test
    void movingManyBytesIsNotSlow() {
        for (int i = 0; i < 100; i++) {
            pace.record(Command.READ, 16_000_000, 64 << 20);
        }
        assertFalse(pace.isSlow(Command.READ));
    }

    @Test
    void aStuckCallMakesItsTypeSlow() {
        pace.stuck(Command.FLUSH);
        assertTrue(pace.isSlow(Command.FLUSH));
    }

    /** One call at a time, each this long, for so many milliseconds. */
    private void calls(int type, long nanos, int millis) {
        for (long end = platform.nanoTime() + millis * 1_000_000L; platform.nanoTime() < end;) {
            platform.advance(Duration.ofNanos(nanos));
            pace.record(type, nanos, 0);
            pace.ended(type, platform.nanoTime());
        }
    }

    private void winATrial(int type) {
        calls(type, 400_000, 1);
        while (trials.isCounting()) {
            calls(type, pace.isForWorkers(type) ? 400_000 : 200_000, 1);
        }
    }

    @Test
    void aSlowTypeStaysInPlaceWhereThatIsBetter() {
        winATrial(Command.WRITE);
        assertTrue(pace.isSlow(Command.WRITE));
        assertFalse(pace.isForWorkers(Command.WRITE));
        assertFalse(pace.isForWorkers(Command.READ));
    }

    @Test
    void whileManyCallsSitWhereTheyAreTheNextGoToWorkers() {
        winATrial(Command.WRITE);
        for (int i = 0; i < Pace.STUCK; i++) {
            pace.stuck(Command.WRITE);
        }
        assertFalse(pace.isForWorkers(Command.WRITE));
        pace.stuck(Command.WRITE);
        assertTrue(pace.isForWorkers(Command.WRITE));
        pace.stuckEnded();
        assertFalse(pace.isForWorkers(Command.WRITE));
    }

    @Test
    void aTypeDoesNotBecomeFastInTheMiddleOfATrial() {
        pace.record(Command.READ, 10_000_000, 0);
        pace.ended(Command.READ, platform.nanoTime());
        assertTrue(trials.isCounting());
        for (int i = 0; i < 100; i++) {
            pace.record(Command.READ, 1000, 0);
        }
        assertTrue(pace.isSlow(Command.READ));
    }

    /** A device whose calls take longer when others run beside the leader, as if those held a lock that they need. */
    private static final class Contended extends NoDevice {
        private final ManualPlatform time;
        private final int[] calls = new int[2];
        private Session session;

        Contended(ManualPlatform time) {
            this.time = time;
        }

        @Override
        public DeviceInfo info() {
            return DeviceInfo.writable(512).build();
        }

        @Override
        public void write(long offset, ByteBuffer data, Flags flags) {
            boolean beside = session.transmission.callsInFlight() > 0;
            calls[beside ? 1 : 0]++;
            time.advance(Duration.ofNanos(beside ? 500_000 : 200_000));
        }
    }

    @Test
    void aConnectionFindsOutThatItsSlowWritesAreBetterInPlace() throws Exception {
        ManualPlatform time = new ManualPlatform();
        Contended device = new Contended(time);
        try (Session s = Session.simple().time(time).watching(new ManualPlatform()).around(device)) {
            device.session = s;
            for (int i = 0; i < 1000; i++) {
                assertEquals(0, s.simpleReply(s.request(Command.WRITE, 0, 0, 1, (byte) 1)));
            }
            assertTrue(device.calls[1] > 0, "workers were not tried");
            int before = device.calls[1];
            for (int i = 0; i < 100; i++) {
                assertEquals(0, s.simpleReply(s.request(Command.WRITE, 0, 0, 1, (byte) 1)));
            }
            assertEquals(before, device.calls[1]);
        }
    }
}
