package dev.sluice.shared.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExtentsBehindTest {
    private final List<String> seen = new ArrayList<>();

    private boolean note(long offset, long length, long status) {
        seen.add(offset + "+" + length + " " + status);
        return true;
    }

    @Test
    void whatLiesOutsideOfTheRunIsCutOff() throws Exception {
        ExtentsBehind part = new ExtentsBehind(this::note, 100, 200);
        assertTrue(part.extent(0, 100, 1));
        assertTrue(part.extent(50, 100, 2));
        assertFalse(part.extent(150, Long.MAX_VALUE, 3));
        assertEquals(List.of("100+50 2", "150+50 3"), seen);
        assertTrue(part.more());
        assertEquals(200, part.end());
    }

    @Test
    void theClientsWishForNoMoreIsPassedOn() throws Exception {
        ExtentsBehind part = new ExtentsBehind((offset, length, status) -> false, 0, 200);
        assertFalse(part.extent(0, 100, 0));
        assertFalse(part.more());
        assertEquals(100, part.end());
    }

    @Test
    void aLayerThatDescribesNothingIsAFailureAndNoEndlessLoop() {
        assertThrows(NbdException.class, () -> new ExtentsBehind(this::note, 100, 200).end());
    }
}
