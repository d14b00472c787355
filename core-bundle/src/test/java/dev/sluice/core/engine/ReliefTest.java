package dev.sluice.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.chain.CoreServices;
import dev.sluice.core.util.ManualPlatform;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReliefTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final CoreServices core = new CoreServices(platform);
    private final AtomicInteger looks = new AtomicInteger();
    private List<Client> clients = List.of();
    private final Relief relief = new Relief(core.services, () -> {
        looks.incrementAndGet();
        return clients;
    });

    @AfterEach
    void close() {
        core.close();
    }

    private static final class Client implements Relief.Holder {
        private final long stalled;
        private volatile boolean gone;

        Client(Duration stalled) {
            this.stalled = stalled.toNanos();
        }

        @Override
        public long stalledNanos(long now) {
            return gone ? 0 : stalled;
        }

        @Override
        public void sendAway(String why) {
            gone = true;
        }
    }

    /** Waits until the look is over, and the next one is waited for. */
    private void look(int number) throws Exception {
        dev.sluice.core.util.Background.until(() -> looks.get() == number, "look " + number);
        platform.awaitWaiting("timers", 1);
    }

    @Test
    void whoDoesNotMoveIsSentAwayThoseFirstThatHaveNotForLongest() throws Exception {
        clients = IntStream.range(0, 20).mapToObj(i -> new Client(Duration.ofSeconds(3 + i))).toList();
        relief.needed();
        look(1);
        assertEquals(16, clients.stream().filter(c -> c.gone).count());
        assertFalse(clients.get(3).gone);
        assertTrue(clients.get(4).gone);
    }

    @Test
    void ofManyAQuarterGoesAtATime() throws Exception {
        clients = IntStream.range(0, 400).mapToObj(i -> new Client(Duration.ofSeconds(3))).toList();
        relief.needed();
        look(1);
        assertEquals(100, clients.stream().filter(c -> c.gone).count());
    }

    @Test
    void whoMovesStays() throws Exception {
        clients = List.of(new Client(Duration.ZERO), new Client(Duration.ofMillis(1999)));
        relief.needed();
        look(1);
        assertTrue(clients.stream().noneMatch(c -> c.gone));
    }

    @Test
    void nobodyIsSentAwayWhenNothingIsMissingAnyMore() throws Exception {
        clients = List.of();
        relief.needed();
        look(1);
        clients = List.of(new Client(Duration.ofSeconds(100)));
        platform.advance(Relief.LOOK);
        look(2);
        assertFalse(clients.get(0).gone);
    }

    @Test
    void looksEndSomeTimeAfterTheShortageAndBeginAnewWithTheNext() throws Exception {
        relief.needed();
        for (int i = 1; i <= 5; i++) {
            look(i);
            platform.advance(Relief.LOOK);
        }
        platform.awaitWaiting("timers", 1);
        platform.advance(Relief.LOOK);
        assertEquals(5, looks.get());
        relief.needed();
        look(6);
    }
}
