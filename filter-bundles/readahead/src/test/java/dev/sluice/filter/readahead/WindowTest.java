package dev.sluice.filter.readahead;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.contract.SeededRandom;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final int K = 1024;
    private final Window window = new Window(100 << 20);

    private void assertTaken(long from, long to) {
        assertEquals(new Window.Piece(from, to), window.take(1 << 30));
        assertNull(window.take(1 << 30));
    }

    @Test
    void theFirstReadIsNoSequence() {
        assertFalse(window.read(0, 4 * K));
        assertNull(window.take(1));
    }

    @Test
    void theSecondReadInARowStartsAndTheWindowDoubles() {
        window.read(0, 4 * K);
        assertTrue(window.read(4 * K, 4 * K));
        assertTaken(8 * K, 72 * K);
        assertFalse(window.read(8 * K, 4 * K));
        // half of it is left
        assertTrue(window.read(12 * K, 28 * K));
        assertTaken(72 * K, 168 * K);
    }

    @Test
    void theWindowStopsAtItsMaximum() {
        long at = 0;
        for (int i = 0; i < 100; i++) {
            window.read(at, 512 * K);
            at += 512 * K;
        }
        Window.Piece piece = window.take(1 << 30);
        assertEquals(at, piece.from());
        assertTrue(piece.to() - at <= Window.MAX);
    }

    @Test
    void aReadSomewhereElseStartsAnew() {
        window.read(0, 4 * K);
        window.read(4 * K, 4 * K);
        assertFalse(window.read(50 << 20, 4 * K));
        assertNull(window.take(1));
        window.read((50 << 20) + 4 * K, 4 * K);
        assertTaken((50 << 20) + 8 * K, (50 << 20) + 72 * K);
    }

    @Test
    void readsThatOvertakeEachOtherAreASequence() {
        window.read(4 * K, 4 * K);
        assertTrue(window.read(0, 4 * K));
        assertTrue(window.read(12 * K, 4 * K));
        assertTrue(window.read(8 * K, 4 * K));
        assertTaken(16 * K, 72 * K);
    }

    @Test
    void whatTheClientHasReadItselfIsNotPrefetched() {
        window.read(0, 4 * K);
        window.read(4 * K, 4 * K);
        window.read(8 * K, 20 * K);
        assertTaken(28 * K, 72 * K);
    }

    @Test
    void nothingBehindTheEndIsPrefetched() {
        Window small = new Window(10 * K);
        small.read(0, 4 * K);
        assertTrue(small.read(4 * K, 4 * K));
        assertEquals(new Window.Piece(8 * K, 10 * K), small.take(1 << 30));
        assertFalse(small.read(8 * K, 2 * K));
        assertFalse(small.read(0, 2 * K));
    }

    @Test
    void piecesLieOnTheDiskInOrderAndDoNotRepeat() {
        SeededRandom random = SeededRandom.create();
        Window w = new Window(10 << 20);
        long at = 0;
        long before = 0;
        while (at < 10 << 20) {
            int n = (int) Math.min((10 << 20) - at, 1 + random.nextInt(100 * K));
            w.read(at, n);
            at += n;
            while (random.nextInt(3) > 0) {
                Window.Piece p = w.take(64 * K);
                if (p == null) {
                    break;
                }
                assertTrue(p.from() >= Math.max(before, at) && p.to() > p.from() && p.to() <= 10 << 20 && p.to() - p.from() <= 64 * K,
                        p + " " + random);
                before = p.to();
            }
        }
    }
}
