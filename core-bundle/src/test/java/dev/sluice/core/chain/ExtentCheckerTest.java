package dev.sluice.core.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExtentCheckerTest {
    private final List<String> seen = new ArrayList<>();

    private ExtentChecker checker(long offset, long length, long size, boolean one) {
        return new ExtentChecker((o, n, s) -> {
            seen.add(o + "+" + n + "=" + s);
            return true;
        }, offset, length, size, one);
    }

    private static void broken(org.junit.jupiter.api.function.Executable e) {
        assertEquals(NbdError.EIO, assertThrows(NbdException.class, e).error());
    }

    @Test
    void extentsComeThroughInOrder() throws Exception {
        ExtentChecker c = checker(0, 100, 100, false);
        assertTrue(c.extent(0, 40, 0));
        assertFalse(c.extent(40, 60, 3));
        c.finish();
        assertEquals(List.of("0+40=0", "40+60=3"), seen);
    }

    @Test
    void equalNeighboursAreOne() throws Exception {
        ExtentChecker c = checker(0, 100, 100, false);
        c.extent(0, 40, 3);
        c.extent(40, 20, 3);
        c.extent(60, 40, 0);
        c.finish();
        assertEquals(List.of("0+60=3", "60+40=0"), seen);
    }

    @Test
    void whatLiesBeforeTheOffsetIsCutOff() throws Exception {
        ExtentChecker c = checker(50, 50, 100, false);
        c.extent(0, 20, 1);
        c.extent(20, 40, 3);
        c.extent(60, 40, 0);
        c.finish();
        assertEquals(List.of("50+10=3", "60+40=0"), seen);
    }

    @Test
    void whatLiesBehindTheDeviceIsCutOff() throws Exception {
        ExtentChecker c = checker(0, 100, 100, false);
        assertFalse(c.extent(0, Long.MAX_VALUE, 3));
        assertFalse(c.extent(Long.MAX_VALUE, 5, 0));
        c.finish();
        assertEquals(List.of("0+100=3"), seen);
    }

    @Test
    void theLastMayRunPastTheRange() throws Exception {
        ExtentChecker c = checker(0, 10, 100, false);
        assertFalse(c.extent(0, 50, 3));
        c.finish();
        assertEquals(List.of("0+50=3"), seen);
    }

    @Test
    void whatComesBehindTheRangeIsDropped() throws Exception {
        ExtentChecker c = checker(0, 10, 100, false);
        c.extent(0, 10, 3);
        assertFalse(c.extent(10, 10, 0));
        assertFalse(c.extent(20, 10, 3));
        c.finish();
        assertEquals(List.of("0+10=3"), seen);
    }

    @Test
    void emptyExtentsAreIgnored() throws Exception {
        ExtentChecker c = checker(0, 10, 100, false);
        assertTrue(c.extent(0, 0, 1));
        c.extent(0, 10, 3);
        c.finish();
        assertEquals(List.of("0+10=3"), seen);
    }

    @Test
    void oneExtentIsEnoughIfOneWasAskedFor() throws Exception {
        ExtentChecker c = checker(0, 100, 100, true);
        c.extent(0, 10, 3);
        c.extent(10, 10, 3);
        assertFalse(c.extent(20, 10, 0));
        assertFalse(c.extent(30, 10, 3));
        c.finish();
        assertEquals(List.of("0+20=3"), seen);
    }

    @Test
    void aGapIsBroken() throws Exception {
        ExtentChecker c = checker(0, 100, 100, false);
        c.extent(0, 10, 0);
        broken(() -> c.extent(11, 10, 0));
    }

    @Test
    void anOverlapIsBroken() throws Exception {
        ExtentChecker c = checker(0, 100, 100, false);
        c.extent(0, 10, 0);
        broken(() -> c.extent(9, 10, 0));
    }

    @Test
    void aLateStartIsBroken() {
        broken(() -> checker(5, 100, 100, false).extent(6, 10, 0));
    }

    @Test
    void negativeNumbersAreBroken() {
        broken(() -> checker(0, 100, 100, false).extent(-1, 10, 0));
        broken(() -> checker(0, 100, 100, false).extent(0, -10, 0));
    }

    @Test
    void nothingAtAllIsBroken() {
        broken(() -> checker(0, 100, 100, false).finish());
    }

    @Test
    void extentsThatEndBeforeTheOffsetAreBroken() throws Exception {
        ExtentChecker c = checker(50, 10, 100, false);
        c.extent(0, 50, 0);
        broken(c::finish);
    }
}
