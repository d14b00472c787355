package dev.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BlockSizesTest {
    @Test
    void noConstraintsAreAllZero() {
        assertTrue(BlockSizes.NONE.isNone());
    }

    @Test
    void aMinimumThatIsNoPowerOfTwoIsRefused() {
        var e = assertThrows(IllegalArgumentException.class, () -> new BlockSizes(3, 4096, BlockSizes.UNLIMITED));
        assertEquals("minimum block size must be a power of 2 between 1 and 65536, not 3", e.getMessage());
    }

    @Test
    void aMaximumThatIsNoMultipleOfTheMinimumIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BlockSizes(512, 4096, 65537));
    }
}
