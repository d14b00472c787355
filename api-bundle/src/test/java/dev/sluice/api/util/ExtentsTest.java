package dev.sluice.api.util;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExtentsTest {
    private final List<String> seen = new ArrayList<>();
    private final StatusSink window = Extents.window((offset, length, status) -> seen.add(offset + "+" + length + ":" + status), 100, 50);

    @Test
    void offsetsAreThoseOfTheWindow() throws NbdException {
        assertTrue(window.extent(110, 20, 3));
        assertEquals(List.of("10+20:3"), seen);
    }

    @Test
    void whatLiesOutsideIsCutOff() throws NbdException {
        assertTrue(window.extent(0, 100, 0));
        assertTrue(window.extent(100, 10, 1));
        assertFalse(window.extent(110, 1000, 2));
        assertFalse(window.extent(1110, 5, 0));
        assertEquals(List.of("0+10:1", "10+40:2"), seen);
    }

    @Test
    void anExtentThatEndsBeyondTheLargestNumberIsCutToo() throws NbdException {
        assertFalse(window.extent(90, Long.MAX_VALUE, 2));
        assertEquals(List.of("0+50:2"), seen);
    }
}
