package dev.sluice.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Result;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Block status of a RAM disk, compact headers. */
class BlockStatusIT extends ServedTest {
    BlockStatusIT() {
        super("memory 8G");
    }

    private static long sum(List<Result.Extent> extents) {
        return extents.stream().mapToLong(Result.Extent::length).sum();
    }

    @Test
    void anEmptyDiskIsAHole() throws Exception {
        try (Session s = structured()) {
            List<Result.Extent> extents = s.status(0, 7 * Wire.GIB, Wire.MIB).extents(s.contextId());
            assertEquals(3, extents.get(0).status());
            assertTrue(sum(extents) >= Wire.MIB);
        }
    }

    @Test
    void whatWasWrittenIsData() throws Exception {
        try (Session s = structured()) {
            s.write(Wire.GIB, new byte[] {1, 2, 3}).ok();
            List<Result.Extent> extents = s.status(0, Wire.GIB, 4 * Wire.MIB).extents(s.contextId());
            assertEquals(0, extents.get(0).status());
            assertEquals(3, extents.get(1).status());
        }
    }

    @Test
    void requestsForOneExtentGetOneThatIsNotLonger() throws Exception {
        try (Session s = structured()) {
            List<Result.Extent> extents = s.status(Wire.REQ_ONE, 6 * Wire.GIB, 12345).extents(s.contextId());
            assertEquals(1, extents.size());
            assertTrue(extents.get(0).length() <= 12345);
        }
    }

    @Test
    void aRequestOfAlmostFourGibIsAnswered() throws Exception {
        try (Session s = structured()) {
            s.status(0, 0, 0xffffffffL).ok();
        }
    }

    @Test
    void theLastByteHasAStatus() throws Exception {
        try (Session s = structured()) {
            assertEquals(1, sum(s.status(0, s.size() - 1, 1).extents(s.contextId())));
        }
    }

    @Test
    void statusPastTheEndOrOfNothingIsInvalid() throws Exception {
        try (Session s = structured()) {
            assertEquals(Wire.EINVAL, s.status(0, s.size() - 1, 2).error());
            assertEquals(Wire.EINVAL, s.status(0, s.size(), 1).error());
            assertEquals(Wire.EINVAL, s.status(0, 0, 0).error());
            s.stillWorks();
        }
    }

    @Test
    void fuaIsAcceptedAndOtherFlagsAreInvalid() throws Exception {
        try (Session s = structured()) {
            s.status(Wire.FUA, 0, 512).ok();
            for (int flag : new int[] {Wire.NO_HOLE, Wire.DF, Wire.FAST_ZERO, Wire.PAYLOAD_LEN}) {
                assertEquals(Wire.EINVAL, s.status(flag, 0, 512).error(), "flag " + flag);
            }
            s.stillWorks();
        }
    }

    @Test
    void aWalkOverTheDiskEndsAtItsEnd() throws Exception {
        try (Session s = structured()) {
            long at = 0;
            int steps = 0;
            while (at < s.size()) {
                at += sum(s.status(0, at, Math.min(s.size() - at, 0xffff0000L)).extents(s.contextId()));
                assertTrue(++steps < 1000);
            }
            assertTrue(at <= s.size(), "the last extent ends behind the end of the disk");
        }
    }

    @Test
    void statusWithSimpleRepliesIsInvalid() throws Exception {
        try (Session s = simple()) {
            assertEquals(Wire.EINVAL, s.status(0, 0, 512).error());
            s.stillWorks();
        }
    }
}
