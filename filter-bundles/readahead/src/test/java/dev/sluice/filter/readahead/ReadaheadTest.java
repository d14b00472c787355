package dev.sluice.filter.readahead;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.SeededRandom;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReadaheadTest {
    private final ModelDevice model = ModelDevice.of(new SeededRandom(7).bytes(2 << 20));

    private LayerHarness start() throws Exception {
        return LayerHarness.filter(ReadaheadFilter::new, "readahead", List.of(), Path.of("/"), model).start();
    }

    private Connection connect() throws Exception {
        Connection c = start().connect();
        model.takeCalls();
        return c;
    }

    @Test
    void whatComesNextIsPrefetchedInTheBackground() throws Exception {
        Connection c = connect();
        c.read(0, 4096);
        c.read(4096, 4096);
        assertEquals(List.of("read 0 4096", "read 4096 4096"), model.takeCalls());
        c.request().tasks().runDue();
        assertEquals(List.of("cache 8192 65536"), model.takeCalls());
        c.read(8192, 4096);
        assertEquals(0, c.request().tasks().runDue());
    }

    @Test
    void largeHintsAreGivenInPieces() throws Exception {
        Connection c = connect();
        for (int at = 0; at < 1 << 20; at += 64 << 10) {
            c.read(at, 64 << 10);
            c.request().tasks().runDue();
        }
        long end = 0;
        for (String call : model.takeCalls()) {
            String[] words = call.split(" ");
            if (words[0].equals("cache")) {
                assertTrue(Long.parseLong(words[2]) <= ReadaheadDevice.PIECE && Long.parseLong(words[1]) >= end, call);
                end = Long.parseLong(words[1]) + Long.parseLong(words[2]);
            }
        }
        assertTrue(end > 1 << 20, "ends at " + end);
    }

    @Test
    void readsAtRandomAreLeftAlone() throws Exception {
        Connection c = connect();
        for (int at : new int[] {1_000_000, 0, 500_000, 1_500_000}) {
            c.read(at, 4096);
        }
        assertEquals(0, c.request().tasks().runDue());
    }

    @Test
    void withoutACacheBehindNothingIsDone() throws Exception {
        model.with(model.info().with().cache(Support.NONE).build());
        Connection c = connect();
        c.read(0, 4096);
        c.read(4096, 4096);
        assertEquals(0, c.request().tasks().runDue());
    }

    @Test
    void aHintThatFailsIsToldAndTheLastOne() throws Exception {
        Connection c = connect();
        c.read(0, 4096);
        c.read(4096, 4096);
        model.failWith(NbdError.EIO);
        assertEquals(NbdError.EIO, assertThrows(NbdException.class, () -> c.request().tasks().runDue()).error());
        model.failWith(null);
        for (int at = 8192; at < 1 << 20; at += 4096) {
            assertArrayEquals(Arrays.copyOfRange(model.contents(), at, at + 4096), c.read(at, 4096));
        }
        assertEquals(0, c.request().tasks().runDue());
    }

    @Test
    void aReadThatFailsIsNoReadOfASequence() throws Exception {
        Connection c = connect();
        c.read(0, 4096);
        model.failWith(NbdError.EIO);
        assertThrows(NbdException.class, () -> c.read(4096, 4096));
        assertEquals(0, c.request().tasks().runDue());
    }

    @Test
    void theEndOfAConnectionWithWorkLeftIsQuiet() throws Exception {
        Connection c = connect();
        c.read(0, 4096);
        c.read(4096, 4096);
        c.disconnect();
        assertEquals(List.of("read 0 4096", "read 4096 4096"), model.takeCalls());
    }

    @Test
    void requestsAndHintsAtTheSameTimeAllCome() throws Exception {
        Connection c = connect();
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            Future<?> reader = pool.submit(() -> {
                for (int at = 0; at < 2 << 20; at += 4096) {
                    assertArrayEquals(Arrays.copyOfRange(model.contents(), at, at + 4096), c.read(at, 4096));
                }
                return null;
            });
            Future<?> flusher = pool.submit(() -> {
                for (int i = 0; i < 500; i++) {
                    c.device().flush();
                    c.device().cache(i, 1);
                    c.status(i, 1, Flags.NONE);
                }
                return null;
            });
            while (!reader.isDone()) {
                c.request().tasks().runDue();
            }
            reader.get(60, TimeUnit.SECONDS);
            flusher.get(60, TimeUnit.SECONDS);
        } finally {
            pool.shutdownNow();
        }
    }
}
