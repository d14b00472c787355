package dev.sluice.filter.multiconn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.HandOver;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class EmulationTest {
    private static final List<String> LEVELS = List.of("fast", "connection", "off");

    private static Clients clients(int count, String... words) throws Exception {
        return new Clients(words).connected(count);
    }

    private static NbdError failed(Executable request) {
        return assertThrows(NbdException.class, request).error();
    }

    @Test
    void withoutTheFilterTheModelWouldShowOldData() throws Exception {
        Clients c = clients(2, "multi-conn-mode=unsafe");
        assertEquals(0, c.read(1, 5));
        c.write(0, 5, 9);
        c.flush(0);
        assertEquals(0, c.read(1, 5));
    }

    @Test
    void aFlushOnAnyConnectionMakesAWriteSeenOnAll() throws Exception {
        for (String level : LEVELS) {
            for (int flusher = 0; flusher < 3; flusher++) {
                Clients c = clients(3, "multi-conn-track-dirty=" + level);
                for (int i = 0; i < 3; i++) {
                    assertEquals(0, c.read(i, 5));
                }
                c.write(1, 5, 9);
                c.flush(flusher);
                for (int i = 0; i < 3; i++) {
                    assertEquals(9, c.read(i, 5), level + " flushed on " + flusher + " read on " + i);
                }
            }
        }
    }

    @Test
    void randomRequestsAreAlwaysSeenAfterAFlush() throws Exception {
        SeededRandom random = SeededRandom.create();
        for (String level : LEVELS) {
            Clients c = clients(4, "multi-conn-mode=emulate", "multi-conn-track-dirty=" + level);
            byte[] expected = new byte[64];
            for (int round = 0; round < 300; round++) {
                for (int i = random.nextInt(6); i > 0; i--) {
                    int at = random.nextInt(64);
                    // each byte is written by one client only, because between writes of two there is no order
                    expected[at] = (byte) random.nextInt(256);
                    c.write(at % 4, at, expected[at]);
                    c.read(random.nextInt(4), random.nextInt(64));
                }
                c.flush(random.nextInt(4));
                for (int i = random.nextInt(6); i > 0; i--) {
                    int at = random.nextInt(64);
                    assertEquals(expected[at], c.read(random.nextInt(4), at), level + " " + random);
                }
            }
        }
    }

    @Test
    void aFlushIsLeftOutWhereNobodyHasWritten() throws Exception {
        Clients c = clients(3);
        c.flush(1);
        c.flush(0);
        assertEquals(List.of(0, 0, 0), c.takeFlushes());
    }

    @Test
    void onlyConnectionsThatWroteOrReadAreFlushed() throws Exception {
        Clients c = clients(4);
        c.write(1, 0, 1);
        c.read(2, 0);
        c.flush(0);
        assertEquals(List.of(0, 1, 1, 0), c.takeFlushes());
        c.flush(3);
        assertEquals(List.of(0, 0, 0, 0), c.takeFlushes());
        c.read(0, 0);
        c.write(1, 0, 1);
        c.flush(0);
        assertEquals(List.of(1, 1, 0, 0), c.takeFlushes());
    }

    @Test
    void readingAloneNeedsNoFlush() throws Exception {
        Clients c = clients(2);
        c.read(0, 0);
        c.read(1, 0);
        c.flush(0);
        assertEquals(List.of(0, 0), c.takeFlushes());
        c.write(1, 0, 1);
        c.flush(1);
        assertEquals(List.of(1, 1), c.takeFlushes());
    }

    @Test
    void oneConnectionIsFlushedOnce() throws Exception {
        for (String level : LEVELS) {
            Clients c = clients(1, "multi-conn-track-dirty=" + level);
            c.write(0, 0, 1);
            c.flush(0);
            assertEquals(List.of(1), c.takeFlushes(), level);
            c.flush(0);
            assertEquals(List.of(level.equals("off") ? 1 : 0), c.takeFlushes(), level);
        }
    }

    @Test
    void fastTrackingFlushesAllOrNobody() throws Exception {
        Clients c = clients(3, "multi-conn-track-dirty=fast");
        c.read(1, 0);
        c.flush(0);
        assertEquals(List.of(0, 0, 0), c.takeFlushes());
        c.write(1, 0, 1);
        c.flush(0);
        assertEquals(List.of(1, 2, 2), c.takeFlushes());
    }

    @Test
    void withoutTrackingEveryFlushGoesToAll() throws Exception {
        Clients c = clients(2, "multi-conn-track-dirty=off");
        c.flush(0);
        assertEquals(List.of(1, 2), c.takeFlushes());
    }

    @Test
    void aNewConnectionIsFlushedOnceThoughItHasDoneNothing() throws Exception {
        Clients c = clients(1).connect("");
        c.flush(0);
        assertEquals(List.of(0, 1), c.takeFlushes());
    }

    @Test
    void aFlushThatFailsOnAnotherConnectionFails() throws Exception {
        Clients c = clients(2);
        c.write(1, 0, 1);
        c.behind.get(1).failWith(NbdError.ENOSPC);
        assertEquals(NbdError.ENOSPC, failed(() -> c.flush(0)));
        c.behind.get(1).failWith(null);
        c.flush(0);
        assertEquals(1, c.disk[0]);
    }

    @Test
    void aFlushThatFailsIsNotLeftOutTheNextTime() throws Exception {
        for (String level : LEVELS) {
            Clients c = clients(2, "multi-conn-track-dirty=" + level);
            c.write(0, 0, 1);
            c.behind.get(0).failWith(NbdError.EIO);
            assertEquals(NbdError.EIO, failed(() -> c.flush(1)));
            assertEquals(NbdError.EIO, failed(() -> c.flush(0)));
            c.behind.get(0).failWith(null);
            c.flush(1);
            assertEquals(1, c.disk[0], level);
        }
    }

    @Test
    void anotherConnectionsEndIsNotTakenForTheOwnOne() throws Exception {
        Clients c = clients(2);
        c.write(1, 0, 1);
        c.behind.get(1).failWith(NbdError.ESHUTDOWN);
        assertEquals(NbdError.EIO, failed(() -> c.flush(0)));
    }

    @Test
    void whatAConnectionWroteBeforeItEndedIsSeenAfterAFlushOfAnother() throws Exception {
        for (String level : LEVELS) {
            Clients c = clients(3, "multi-conn-track-dirty=" + level);
            assertEquals(0, c.read(2, 0));
            c.write(1, 0, 1);
            c.leave(1);
            assertEquals(1, c.disk[0], level);
            c.flush(0);
            assertEquals(1, c.read(2, 0), level);
        }
    }

    @Test
    void aConnectionThatWroteNothingEndsWithoutAFlush() throws Exception {
        Clients c = clients(1).connect("");
        c.read(1, 0);
        c.leave(1);
        assertEquals(List.of(0, 0), c.takeFlushes());
    }

    @Test
    void aConnectionThatEndedIsNotFlushedAnyMore() throws Exception {
        Clients c = clients(2);
        c.write(1, 0, 1);
        c.leave(1);
        c.takeFlushes();
        c.write(0, 0, 2);
        c.flush(0);
        assertEquals(List.of(1, 0), c.takeFlushes());
    }

    @Test
    void whatCouldNotBeFlushedAtAnEndIsToldToTheNextFlush() throws Exception {
        for (String level : LEVELS) {
            Clients c = clients(2, "multi-conn-track-dirty=" + level);
            c.write(1, 0, 1);
            c.behind.get(1).failWith(NbdError.ENOSPC);
            assertEquals(NbdError.ENOSPC, failed(() -> c.leave(1)));
            var e = assertThrows(NbdException.class, () -> c.flush(0));
            assertEquals(NbdError.EIO, e.error());
            assertEquals("what a connection had written that has ended could not be flushed", e.getMessage());
            c.flush(0);
        }
    }

    @Test
    void whatCouldNotBeFlushedAtAnEndIsHandedOver() throws Exception {
        Clients c = clients(2);
        c.write(1, 0, 1);
        assertEquals(Optional.empty(), c.filter.release());
        c.behind.get(1).failWith(NbdError.ENOSPC);
        assertThrows(NbdException.class, () -> c.leave(1));
        HandOver state = c.filter.release().orElseThrow();
        assertEquals(Map.of("lost", List.of("")), state.state());
        Clients successor = new Clients();
        successor.filter.adopt(state);
        successor.connect("");
        assertEquals(NbdError.EIO, failed(() -> successor.flush(0)));
        successor.flush(0);
    }

    @Test
    void aConnectionThatWroteBeforeALiveChangeIsFlushedWhenItEnds() throws Exception {
        Clients c = clients(1);
        assertEquals(Optional.empty(), c.devices.get(0).release());
        c.write(0, 0, 1);
        HandOver state = c.devices.get(0).release().orElseThrow();
        Clients successor = new Clients().connect("");
        successor.devices.get(0).adopt(state);
        successor.leave(0);
        assertEquals(List.of(1), successor.takeFlushes());
    }

    @Test
    void otherNamesAreFlushedUnlessTheyHaveDataOfTheirOwn() throws Exception {
        for (boolean own : new boolean[] {false, true}) {
            Clients c = new Clients("multi-conn-exportname=" + own).connect("a").connect("b").connect("a");
            c.flush(0);
            c.flush(1);
            c.takeFlushes();
            c.write(0, 0, 1);
            c.write(1, 1, 1);
            c.flush(2);
            assertEquals(own ? List.of(1, 0, 0) : List.of(1, 1, 0), c.takeFlushes());
        }
    }

    @Test
    void whereAConnectionTakesOneRequestAtATimeFlushesNeverMeetThem() throws Exception {
        for (String level : LEVELS) {
            Clients c = clients(4, "multi-conn-mode=emulate", "multi-conn-track-dirty=" + level);
            c.context.setThreadModel(ThreadModel.SERIALIZE_REQUESTS);
            ExecutorService pool = Executors.newFixedThreadPool(4);
            try {
                List<Future<?>> ends = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    int own = t;
                    ends.add(pool.submit(() -> {
                        for (int i = 1; i <= 200; i++) {
                            c.write(own, own, i);
                            c.read(own, (own + 1) % 4);
                            c.flush(own);
                            // nobody else writes this byte, and the flush has brought it to the disk
                            synchronized (c.disk) {
                                assertEquals((byte) i, c.disk[own]);
                            }
                        }
                        return null;
                    }));
                }
                for (Future<?> end : ends) {
                    end.get(120, TimeUnit.SECONDS);
                }
            } finally {
                pool.shutdownNow();
                assertTrue(pool.awaitTermination(60, TimeUnit.SECONDS));
            }
        }
    }

    /** Runs something while a flush of the first connection is under way. */
    private static void duringAFlush(Clients c, Callable<?> work) throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        c.behind.get(0).holdFlush(end);
        ExecutorService pool = Executors.newFixedThreadPool(1);
        try {
            Future<?> flush = pool.submit(() -> {
                c.flush(0);
                return null;
            });
            c.behind.get(0).awaitHeld();
            work.call();
            end.countDown();
            flush.get(60, TimeUnit.SECONDS);
        } finally {
            end.countDown();
            pool.shutdownNow();
            assertTrue(pool.awaitTermination(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void withOneConnectionAtATimeNothingIsEmulated() throws Exception {
        Clients c = new Clients();
        c.context.setThreadModel(ThreadModel.SERIALIZE_CONNECTIONS);
        assertFalse(c.connect("").devices.get(0).info().multiConn());
        c.context.setThreadModel(ThreadModel.SERIALIZE_ALL_REQUESTS);
        assertTrue(c.connect("").devices.get(1).info().multiConn());
    }

    @Test
    void aFlushThatWaitsForAnotherEndsWhenItsConnectionMustClose() throws Exception {
        Clients c = clients(2);
        c.write(0, 0, 1);
        duringAFlush(c, () -> {
            c.requests.get(1).cancellation().cancel("stop");
            assertEquals(NbdError.ESHUTDOWN, failed(() -> c.flush(1)));
            return null;
        });
        assertEquals(1, c.disk[0]);
    }

    @Test
    void aConnectionThatMustCloseDoesNotWaitForItsTurn() throws Exception {
        Clients c = clients(2);
        c.write(1, 1, 1);
        c.write(0, 0, 1);
        duringAFlush(c, () -> {
            c.write(1, 1, 2);
            c.requests.get(1).cancellation().cancel("stop");
            assertEquals(NbdError.ESHUTDOWN, failed(() -> c.leave(1)));
            return null;
        });
        assertEquals(NbdError.EIO, failed(() -> c.flush(0)));
    }

    @Test
    void aConnectionThatIsCutOffIsStillFlushed() throws Exception {
        Clients c = clients(2);
        c.write(1, 0, 1);
        c.requests.get(1).cancellation().cancel("stop");
        c.leave(1);
        assertEquals(1, c.disk[0]);
    }
}
