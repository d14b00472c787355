package dev.sluice.itests.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Result;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Writes, flushes, trims, zeroes and cache requests. */
class WriteIT extends ServedTest {
    WriteIT() {
        super("memory 128M");
    }

    @Test
    void aWriteOnOneConnectionIsSeenOnAnother() throws Exception {
        try (Session s = simple(); Session t = structured()) {
            byte[] data = Pattern.bytes(1, 0, 4096);
            s.write(12345, data).ok();
            assertArrayEquals(data, t.read(12345, 4096).data());
        }
    }

    @Test
    void aWriteWithFuaSucceeds() throws Exception {
        try (Session s = structured()) {
            s.result(s.sendWrite(Wire.FUA, 0, new byte[512])).ok();
        }
    }

    @Test
    void aWritePastTheEndHasNoSpaceAndItsPayloadIsReadAway() throws Exception {
        try (Session s = simple(); Session t = structured()) {
            for (Session each : new Session[] {s, t}) {
                assertEquals(Wire.ENOSPC, each.write(each.size() - 1, new byte[1000]).error());
                assertEquals(Wire.ENOSPC, each.write(each.size(), new byte[1]).error());
                assertEquals(Wire.ENOSPC, each.write(-512, new byte[512]).error());
                each.stillWorks();
            }
        }
    }

    @Test
    void aWriteOfNothingHasNoSpace() throws Exception {
        try (Session s = simple(); Session t = structured()) {
            for (Session each : new Session[] {s, t}) {
                Result r = each.write(0);
                assertEquals(Wire.ENOSPC, r.error(), r.toString());
                each.stillWorks();
            }
        }
    }

    @Test
    void aWriteOf64MibSucceeds() throws Exception {
        try (Session s = simple()) {
            byte[] data = Pattern.bytes(5, 0, 64 * Wire.MIB);
            s.write(64 * Wire.MIB, data).ok();
            assertArrayEquals(data, s.read(64 * Wire.MIB, 64 * Wire.MIB).data());
        }
    }

    @Test
    void aWriteOfMoreThan64MibIsReadAwayAndRefusedWithEnomem() throws Exception {
        try (Session s = simple()) {
            assertEquals(Wire.ENOMEM, s.write(0, new byte[64 * Wire.MIB + 1]).error());
            assertEquals(Wire.ENOMEM, s.write(0, new byte[127 * Wire.MIB]).error());
            s.stillWorks();
        }
    }

    @Test
    void aWriteOfMoreThan128MibClosesTheConnection() throws Exception {
        try (Session s = simple()) {
            s.client().channel().write(s.header(0, Wire.WRITE, 1, 0, 129L * Wire.MIB));
            s.client().awaitClose();
        }
    }

    @Test
    void aRefusedWriteInTheMiddleOfAPipelineHurtsNobody() throws Exception {
        try (Session s = structured()) {
            byte[] data = Pattern.bytes(6, 0, 4096);
            long a = s.sendWrite(0, 0, data);
            long b = s.sendWrite(0, s.size(), new byte[70000]);
            long c = s.sendWrite(Wire.NO_HOLE, 0, new byte[100]);
            long d = s.send(0, Wire.READ, 0, 4096);
            s.result(a).ok();
            assertEquals(Wire.ENOSPC, s.result(b).error());
            assertEquals(Wire.EINVAL, s.result(c).error());
            s.result(d).ok();
            assertArrayEquals(data, s.read(0, 4096).data());
        }
    }

    @Test
    void otherFlagsOnAWriteAreInvalid() throws Exception {
        try (Session s = structured()) {
            for (int flag : new int[] {Wire.NO_HOLE, Wire.DF, Wire.REQ_ONE, Wire.FAST_ZERO, 1 << 9}) {
                assertEquals(Wire.EINVAL, s.result(s.sendWrite(flag, 0, new byte[512])).error(), "flag " + flag);
            }
            s.stillWorks();
        }
    }

    @Test
    void aFlushSucceeds() throws Exception {
        try (Session s = simple()) {
            s.ask(0, Wire.FLUSH, 0, 0).ok();
            s.ask(Wire.FUA, Wire.FLUSH, 0, 0).ok();
        }
    }

    @Test
    void aFlushWithOffsetOrLengthIsInvalid() throws Exception {
        try (Session s = simple()) {
            assertEquals(Wire.EINVAL, s.ask(0, Wire.FLUSH, 512, 0).error());
            assertEquals(Wire.EINVAL, s.ask(0, Wire.FLUSH, 0, 512).error());
            s.stillWorks();
        }
    }

    @Test
    void zeroesReadAsZero() throws Exception {
        try (Session s = structured()) {
            for (int flags : new int[] {0, Wire.NO_HOLE, Wire.FUA, Wire.FUA | Wire.NO_HOLE}) {
                s.write(1000, Pattern.bytes(7, 0, 10000)).ok();
                s.ask(flags, Wire.WRITE_ZEROES, 2000, 5000).ok();
                byte[] got = s.read(1000, 10000).data();
                byte[] want = Pattern.bytes(7, 0, 10000);
                java.util.Arrays.fill(want, 1000, 6000, (byte) 0);
                assertArrayEquals(want, got);
            }
        }
    }

    @Test
    void zeroesMayBeLongerThanAWrite() throws Exception {
        try (Session s = simple()) {
            s.ask(0, Wire.WRITE_ZEROES, 0, s.size()).ok();
            s.ask(0, Wire.TRIM, 0, s.size()).ok();
        }
    }

    @Test
    void aTrimSucceeds() throws Exception {
        try (Session s = simple()) {
            s.ask(0, Wire.TRIM, 4096, 65536).ok();
            s.ask(Wire.FUA, Wire.TRIM, 4096, 65536).ok();
        }
    }

    @Test
    void zeroesPastTheEndOrOfNothingHaveNoSpace() throws Exception {
        try (Session s = simple()) {
            assertEquals(Wire.ENOSPC, s.ask(0, Wire.WRITE_ZEROES, s.size() - 1, 2).error());
            assertEquals(Wire.ENOSPC, s.ask(0, Wire.WRITE_ZEROES, 0, 0).error());
            assertEquals(Wire.ENOSPC, s.ask(0, Wire.WRITE_ZEROES, 0, 0xffffffffL).error());
            s.stillWorks();
        }
    }

    @Test
    void trimAndCachePastTheEndOrOfNothingAreInvalid() throws Exception {
        try (Session s = simple()) {
            for (int command : new int[] {Wire.TRIM, Wire.CACHE}) {
                assertEquals(Wire.EINVAL, s.ask(0, command, s.size() - 1, 2).error());
                assertEquals(Wire.EINVAL, s.ask(0, command, 0, 0).error());
            }
            s.stillWorks();
        }
    }

    @Test
    void otherFlagsOnTrimAndZeroesAreInvalid() throws Exception {
        try (Session s = structured()) {
            for (int flag : new int[] {Wire.DF, Wire.REQ_ONE, 1 << 10}) {
                assertEquals(Wire.EINVAL, s.ask(flag, Wire.TRIM, 0, 512).error(), "flag " + flag);
                assertEquals(Wire.EINVAL, s.ask(flag, Wire.WRITE_ZEROES, 0, 512).error(), "flag " + flag);
                assertEquals(Wire.EINVAL, s.ask(flag, Wire.CACHE, 0, 512).error(), "flag " + flag);
            }
            assertEquals(Wire.EINVAL, s.ask(Wire.NO_HOLE, Wire.TRIM, 0, 512).error());
            s.stillWorks();
        }
    }

    @Test
    void anUnknownCommandIsInvalid() throws Exception {
        try (Session s = simple()) {
            assertEquals(Wire.EINVAL, s.ask(0, 99, 0, 512).error());
            assertEquals(Wire.EINVAL, s.ask(0, Wire.RESIZE, 1 << 20, 0).error());
            s.stillWorks();
        }
    }

    @Test
    void aWriteThatArrivesByteByByteIsWritten() throws Exception {
        try (Session s = simple()) {
            byte[] data = Pattern.bytes(8, 0, 600);
            ByteBuffer header = s.header(0, Wire.WRITE, s.announce(4711, 0, Wire.WRITE, 100, 600), 100, 600);
            byte[] all = ByteBuffer.allocate(628).put(header).put(data).array();
            for (byte b : all) {
                s.client().send(b);
            }
            Result r = s.result(4711);
            assertTrue(r.isSimple());
            r.ok();
            assertArrayEquals(data, s.read(100, 600).data());
        }
    }

    @Test
    void disconnectFinishesWhatWasAskedBeforeAndThenCloses() throws Exception {
        byte[] data = Pattern.bytes(10, 0, Wire.MIB);
        try (Session s = simple()) {
            long w = s.sendWrite(0, 0, data);
            s.client().channel().write(s.header(0, Wire.DISC, 0, 0, 0));
            s.result(w).ok();
            s.client().awaitCloseWithoutAWord();
        }
        try (Session s = simple()) {
            assertArrayEquals(data, s.read(0, Wire.MIB).data());
        }
    }
}
