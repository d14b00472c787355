package dev.sluice.itests.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Result;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reads: simple, structured, with DF; their edges. */
class ReadIT extends ServedTest {
    ReadIT() {
        super("memory 128M");
    }

    @Test
    void aSimpleReadGivesTheBytes() throws Exception {
        try (Session s = simple()) {
            byte[] data = Pattern.bytes(1, 0, 10000);
            s.write(777, data).ok();
            assertArrayEquals(data, s.read(777, 10000).data());
        }
    }

    @Test
    void aStructuredReadGivesTheBytes() throws Exception {
        try (Session s = structured()) {
            byte[] data = Pattern.bytes(2, 0, 200_000);
            s.write(Wire.MIB - 3, data).ok();
            assertArrayEquals(data, s.read(Wire.MIB - 3, data.length).data());
        }
    }

    @Test
    void readsOfAllKindsOfLengthsAndPlacesGiveWhatWasWritten() throws Exception {
        Random random = new Random(42);
        try (Session a = simple(); Session b = structured(); Session w = simple()) {
            for (int i = 0; i < 200; i++) {
                int length = 1 + random.nextInt(1 << 1 + random.nextInt(17));
                long offset = random.nextInt((int) w.size() - length);
                byte[] data = Pattern.bytes(i, offset, length);
                w.write(offset, data).ok();
                assertArrayEquals(data, a.read(offset, length).data());
                assertArrayEquals(data, b.ask(random.nextBoolean() ? Wire.DF : 0, Wire.READ, offset, length).data());
            }
        }
    }

    @Test
    void holesAreSentAsHoles() throws Exception {
        sluice().export("null", "null 64M");
        try (Session s = greeted().structured().go("null")) {
            Result r = s.read(32 * Wire.MIB, 16 * Wire.MIB);
            assertEquals(16 * Wire.MIB, r.data().length);
            assertTrue(r.count(Wire.CHUNK_HOLE) >= 1, r.toString());
            assertEquals(0, r.count(Wire.CHUNK_DATA), r.toString());
        }
    }

    @Test
    void dfMeansOneChunkWithZeroesSpelledOut() throws Exception {
        try (Session s = structured()) {
            s.ask(0, Wire.TRIM, 64 * Wire.MIB, 8 * Wire.MIB).ok();
            Result r = s.ask(Wire.DF, Wire.READ, 64 * Wire.MIB, 8 * Wire.MIB);
            assertEquals(1, r.count(Wire.CHUNK_DATA));
            assertEquals(8 * Wire.MIB, r.data().length);
        }
    }

    @Test
    void dfWithoutStructuredRepliesIsInvalid() throws Exception {
        try (Session s = simple()) {
            assertEquals(Wire.EINVAL, s.ask(Wire.DF, Wire.READ, 0, 512).error());
            s.stillWorks();
        }
    }

    @Test
    void theLastByteCanBeRead() throws Exception {
        try (Session s = structured()) {
            s.read(s.size() - 1, 1).ok();
        }
    }

    @Test
    void aReadPastTheEndIsInvalid() throws Exception {
        try (Session s = simple(); Session t = structured()) {
            for (Session each : new Session[] {s, t}) {
                assertEquals(Wire.EINVAL, each.read(each.size() - 1, 2).error());
                assertEquals(Wire.EINVAL, each.read(each.size(), 1).error());
                assertEquals(Wire.EINVAL, each.read(Long.MAX_VALUE, 1).error());
                assertEquals(Wire.EINVAL, each.read(-1, 2).error());
                each.stillWorks();
            }
        }
    }

    @Test
    void aReadOfNothingIsInvalid() throws Exception {
        try (Session s = simple(); Session t = structured()) {
            assertEquals(Wire.EINVAL, s.read(0, 0).error());
            assertEquals(Wire.EINVAL, t.read(0, 0).error());
            s.stillWorks();
            t.stillWorks();
        }
    }

    @Test
    void aReadOf64MibSucceeds() throws Exception {
        try (Session s = simple(); Session t = structured()) {
            byte[] mark = Pattern.bytes(3, 0, 512);
            s.write(64 * Wire.MIB - 512, mark).ok();
            byte[] all = s.read(0, 64 * Wire.MIB).data();
            assertArrayEquals(mark, java.util.Arrays.copyOfRange(all, 64 * Wire.MIB - 512, 64 * Wire.MIB));
            assertArrayEquals(all, t.read(0, 64 * Wire.MIB).data());
            assertArrayEquals(all, t.ask(Wire.DF, Wire.READ, 0, 64 * Wire.MIB).data());
        }
    }

    @Test
    void aReadOfMoreThan64MibIsRefusedWithEnomem() throws Exception {
        try (Session s = simple(); Session t = structured()) {
            assertEquals(Wire.ENOMEM, s.read(0, 64 * Wire.MIB + 1).error());
            assertEquals(Wire.ENOMEM, t.read(0, 65 * Wire.MIB).error());
            s.stillWorks();
            t.stillWorks();
        }
    }

    @Test
    void fuaOnAReadIsAccepted() throws Exception {
        try (Session s = structured()) {
            s.ask(Wire.FUA, Wire.READ, 0, 512).ok();
        }
    }

    @Test
    void otherFlagsOnAReadAreInvalid() throws Exception {
        try (Session s = structured()) {
            for (int flag : new int[] {Wire.NO_HOLE, Wire.REQ_ONE, Wire.FAST_ZERO, Wire.PAYLOAD_LEN, 1 << 15}) {
                assertEquals(Wire.EINVAL, s.ask(flag, Wire.READ, 0, 512).error(), "flag " + flag);
            }
            s.stillWorks();
        }
    }

    @Test
    void everyErrorChunkHasAText() throws Exception {
        sluice();
        try (Session s = structured()) {
            assertTrue(s.read(s.size(), 1).message().length() > 5);
            assertTrue(s.read(0, 0).message().length() > 5);
            assertTrue(s.read(0, 70 * Wire.MIB).message().length() > 5);
            assertTrue(s.ask(Wire.NO_HOLE, Wire.READ, 0, 512).message().length() > 5);
            assertTrue(s.ask(0, 77, 0, 512).message().length() > 5);
            assertTrue(s.write(s.size(), (byte) 1).message().length() > 5);
        }
    }

    @Test
    void manyRequestsInOneGoAreAllAnswered() throws Exception {
        try (Session s = structured()) {
            byte[] data = Pattern.bytes(9, 0, 512 * 500);
            s.write(0, data).ok();
            // In waves: a server may stop reading while its replies are not taken.
            for (int wave = 0; wave < 500; wave += 100) {
                long[] cookies = new long[100];
                for (int i = 0; i < cookies.length; i++) {
                    cookies[i] = s.send(0, Wire.READ, (wave + i) * 512L, 512);
                }
                for (int i = 0; i < cookies.length; i++) {
                    assertArrayEquals(Pattern.bytes(9, (wave + i) * 512L, 512), s.result(cookies[i]).data());
                }
            }
        }
    }
}
