package dev.sluice.filter.cow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.SeededRandom;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CowFailureTest extends CowTestBase {
    @Test
    void anErrorFromBehindWhileABlockIsReadForAPartialWriteLeavesItAsItWas() throws Exception {
        Connection c = connect();
        byte[] before = c.readAll();
        model.failWith(NbdError.ENOMEM);
        var e = assertThrows(NbdException.class, () -> c.write(100, new byte[10], Flags.NONE));
        assertEquals(NbdError.ENOMEM, e.error());
        assertThrows(NbdException.class, () -> c.device().zero(100, 10, Flags.NONE));
        model.failWith(null);
        assertArrayEquals(before, c.readAll());
    }

    @Test
    void wholeBlocksAndTrimmedOnesAreWrittenWithoutTheLayerBehind() throws Exception {
        Connection c = connect();
        byte[] expected = model.contents();
        c.device().trim(0, BLOCK, Flags.NONE);
        model.failWith(NbdError.EIO);
        c.write(1, new byte[] {1, 2}, Flags.NONE);
        byte[] block = random.bytes(BLOCK);
        c.write(BLOCK, block, Flags.NONE);
        model.failWith(null);
        Arrays.fill(expected, 0, BLOCK, (byte) 0);
        fill(expected, 1, new byte[] {1, 2});
        fill(expected, BLOCK, block);
        assertArrayEquals(expected, c.readAll());
    }

    @Test
    void aReadThatFailsInTheMiddleLeavesTheReplyAsItWas() throws Exception {
        Connection c = connect();
        c.device().trim(0, BLOCK, Flags.NONE);
        model.failWith(NbdError.EIO);
        RecordingReply reply = new RecordingReply(2 * BLOCK);
        assertThrows(NbdException.class, () -> c.device().read(0, 2 * BLOCK, reply));
        assertEquals(2 * BLOCK, reply.remaining());
    }

    @Test
    void anOverlayThatCannotBeMadeFailsTheWriteAndNothingElse() throws Exception {
        Connection c = connect();
        var gone = Files.move(directory, directory.resolveSibling(directory.getFileName() + "-gone"));
        try {
            assertThrows(NbdException.class, () -> c.write(0, new byte[BLOCK], Flags.NONE));
            assertThrows(NbdException.class, () -> c.write(0, new byte[1], Flags.NONE));
            assertArrayEquals(model.contents(), c.readAll());
        } finally {
            Files.move(gone, directory);
        }
        c.write(0, new byte[] {5}, Flags.NONE);
        assertArrayEquals(new byte[] {5}, c.read(0, 1));
    }

    @Test
    void writesOfTwoClientsIntoTheSameBlockBothStay() throws Exception {
        Connection a = connect();
        Connection b = harness.connect();
        byte[] expected = model.contents();
        byte[] first = random.bytes(SIZE);
        byte[] second = random.bytes(SIZE);
        List<Connection> clients = List.of(a, b, a, b);
        for (int block = 0; block < 10; block++) {
            // of each block two parts by each client, at the same time
            for (int i = 0; i < 4; i++) {
                System.arraycopy(i % 2 == 0 ? first : second, block * BLOCK + i * 1000, expected, block * BLOCK + i * 1000, 900);
            }
        }
        CyclicBarrier barrier = new CyclicBarrier(4);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<Void>> ends = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                ends.add(pool.submit(writer(clients.get(i), i, i % 2 == 0 ? first : second, barrier)));
            }
            for (Future<Void> end : ends) {
                end.get(60, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        assertArrayEquals(expected, a.readAll(), random.toString());
        assertArrayEquals(expected, b.readAll(), random.toString());
    }

    private Callable<Void> writer(Connection c, int part, byte[] bytes, CyclicBarrier barrier) {
        return () -> {
            for (int block = 0; block < 10; block++) {
                barrier.await(60, TimeUnit.SECONDS);
                int at = block * BLOCK + part * 1000;
                c.write(at, Arrays.copyOfRange(bytes, at, at + 900), Flags.NONE);
            }
            return null;
        };
    }

    @Test
    void aWriteOfAWholeBlockIsNotUndoneByAPartialOneAtTheSameTime() throws Exception {
        for (int round = 0; round < 100; round++) {
            Connection a = connect();
            Connection b = harness.connect();
            byte[] whole = new SeededRandom(round).bytes(BLOCK);
            CyclicBarrier barrier = new CyclicBarrier(2);
            ExecutorService pool = Executors.newFixedThreadPool(2);
            try {
                Future<?> one = pool.submit(() -> {
                    barrier.await(60, TimeUnit.SECONDS);
                    a.write(0, whole, Flags.NONE);
                    return null;
                });
                Future<?> two = pool.submit(() -> {
                    barrier.await(60, TimeUnit.SECONDS);
                    b.write(10, new byte[] {whole[10]}, Flags.NONE);
                    return null;
                });
                one.get(60, TimeUnit.SECONDS);
                two.get(60, TimeUnit.SECONDS);
            } finally {
                pool.shutdownNow();
            }
            assertArrayEquals(whole, a.read(0, BLOCK), "round " + round);
            everythingIsGivenBack();
            harness = null;
        }
    }
}
