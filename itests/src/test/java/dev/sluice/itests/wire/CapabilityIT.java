package dev.sluice.itests.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdError;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Result;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a client may do depends on what the device offers; what the core emulates; how failures reach the client. */
class CapabilityIT extends ServedTest {
    CapabilityIT() {
        super("scripted size=1M");
    }

    @BeforeAll
    void moreExports() throws Exception {
        if (server instanceof SluiceServer sluice) {
            sluice.export("ro", "scripted caps=flush,cache,extents");
            sluice.export("forced", Map.of("read-only", true), "scripted size=1M");
            sluice.export("bare", "scripted caps=write");
            sluice.export("flushing", "scripted caps=write,flush");
            sluice.export("blocks", "scripted minimum=512 preferred=4096 maximum=65536");
        }
    }

    private Session open(String name) throws Exception {
        RawNbdClient c = greeted().structured();
        int[] ids = c.selectContexts(name, "base:allocation");
        return c.go(name, Wire.INFO_BLOCK_SIZE).contexts(ids);
    }

    @Test
    void nothingCanBeChangedOnAReadOnlyExport() throws Exception {
        for (String name : List.of("ro", "forced")) {
            try (Session s = open(name)) {
                assertEquals(Wire.EPERM, s.write(0, new byte[100_000]).error());
                assertEquals(Wire.EPERM, s.ask(0, Wire.TRIM, 0, 512).error());
                assertEquals(Wire.EPERM, s.ask(0, Wire.WRITE_ZEROES, 0, 512).error());
                s.stillWorks();
            }
        }
        assertEquals(0, script().count("write") + script().count("trim") + script().count("zero"));
    }

    @Test
    void whatIsNotOfferedIsInvalid() throws Exception {
        try (Session s = open("bare")) {
            assertFalse(s.facts().has(Wire.SEND_FLUSH));
            assertEquals(Wire.EINVAL, s.ask(0, Wire.FLUSH, 0, 0).error());
            assertEquals(Wire.EINVAL, s.ask(0, Wire.TRIM, 0, 512).error());
            assertEquals(Wire.EINVAL, s.ask(0, Wire.CACHE, 0, 512).error());
            assertEquals(Wire.EINVAL, s.result(s.sendWrite(Wire.FUA, 0, new byte[512])).error());
            s.stillWorks();
        }
        assertEquals(0, script().count("flush") + script().count("trim") + script().count("cache") + script().count("write"));
    }

    @Test
    void zeroIsEmulatedByWritingWhereTheDeviceHasNone() throws Exception {
        try (Session s = open("bare")) {
            assertTrue(s.facts().has(Wire.SEND_WRITE_ZEROES));
            s.write(0, new byte[] {1, 2, 3, 4}).ok();
            s.ask(0, Wire.WRITE_ZEROES, 1, 2).ok();
            assertArrayEquals(new byte[] {1, 0, 0, 4}, s.read(0, 4).data());
        }
        assertEquals(2, script().count("write"));
    }

    @Test
    void fuaIsEmulatedByAFlushWhereTheDeviceHasNone() throws Exception {
        try (Session s = open("flushing")) {
            assertTrue(s.facts().has(Wire.SEND_FUA));
            s.result(s.sendWrite(Wire.FUA, 0, new byte[512])).ok();
            assertEquals(1, script().count("flush"));
            s.write(0, new byte[512]).ok();
            assertEquals(1, script().count("flush"));
        }
    }

    @Test
    void fuaReachesADeviceThatHasIt() throws Exception {
        try (Session s = open("")) {
            s.result(s.sendWrite(Wire.FUA, 0, new byte[512])).ok();
        }
        assertEquals(1, script().count("write-fua"));
        assertEquals(0, script().count("flush"));
    }

    @Test
    void aZeroThatTheDeviceRefusesIsWritten() throws Exception {
        script().say("zero", "fail ENOTSUP too slow");
        try (Session s = open("")) {
            s.write(0, new byte[] {1, 2, 3, 4}).ok();
            s.ask(0, Wire.WRITE_ZEROES, 1, 2).ok();
            assertArrayEquals(new byte[] {1, 0, 0, 4}, s.read(0, 4).data());
        }
    }

    @Test
    void aFastZeroThatTheDeviceRefusesIsNotSupportedAndChangesNothing() throws Exception {
        script().say("zero", "fail ENOTSUP too slow");
        try (Session s = open("")) {
            s.write(0, new byte[] {1, 2, 3, 4}).ok();
            assertEquals(Wire.ENOTSUP, s.ask(Wire.FAST_ZERO, Wire.WRITE_ZEROES, 0, 4).error());
            assertArrayEquals(new byte[] {1, 2, 3, 4}, s.read(0, 4).data());
        }
    }

    @Test
    void aFastZeroThatIsNotOfferedIsInvalidAndTheServerLives() throws Exception {
        try (Session s = open("flushing")) {
            if (!s.facts().has(Wire.SEND_FAST_ZERO)) {
                assertEquals(Wire.EINVAL, s.ask(Wire.FAST_ZERO, Wire.WRITE_ZEROES, 0, 512).error());
            }
            s.stillWorks();
        }
    }

    @Test
    void noHoleReachesTheDevice() throws Exception {
        try (Session s = open("")) {
            s.ask(Wire.NO_HOLE, Wire.WRITE_ZEROES, 0, 512).ok();
            assertEquals(1, script().count("zero-no-hole"));
            s.ask(0, Wire.WRITE_ZEROES, 0, 512).ok();
            assertEquals(1, script().count("zero"));
        }
    }

    @Test
    void eachErrorOfTheApiBecomesTheErrorOfTheSpecification() throws Exception {
        Map<NbdError, Integer> wire = Map.ofEntries(Map.entry(NbdError.EPERM, Wire.EPERM), Map.entry(NbdError.EIO, Wire.EIO),
                Map.entry(NbdError.ENOMEM, Wire.ENOMEM), Map.entry(NbdError.EINVAL, Wire.EINVAL), Map.entry(NbdError.ENOSPC, Wire.ENOSPC),
                Map.entry(NbdError.EOVERFLOW, Wire.EINVAL), Map.entry(NbdError.ENOTSUP, Wire.EINVAL),
                Map.entry(NbdError.ESHUTDOWN, Wire.ESHUTDOWN), Map.entry(NbdError.EROFS, Wire.EPERM),
                Map.entry(NbdError.EDQUOT, Wire.ENOSPC), Map.entry(NbdError.EFBIG, Wire.ENOSPC));
        try (Session s = open("")) {
            for (NbdError error : NbdError.values()) {
                script().say("read", "fail " + error + " scripted " + error);
                Result r = s.read(0, 512);
                assertEquals(wire.get(error), r.error(), error.name());
                assertTrue(r.message().contains("scripted " + error), r.message());
            }
            script().reset();
            s.stillWorks();
        }
    }

    @Test
    void overflowReachesTheClientOfAReadWithDf() throws Exception {
        script().say("read", "fail EOVERFLOW too long for one piece");
        try (Session s = open("")) {
            assertEquals(Wire.EOVERFLOW, s.ask(Wire.DF, Wire.READ, 0, 128 * 1024).error());
        }
    }

    @Test
    void whateverElseTheDeviceThrowsIsAnInputOutputError() throws Exception {
        try (Session s = open("")) {
            for (String word : List.of("unchecked", "error")) {
                for (String point : List.of("read", "write", "flush", "trim", "zero", "cache", "status")) {
                    script().say(point, word);
                }
                assertEquals(Wire.EIO, s.read(0, 512).error());
                assertEquals(Wire.EIO, s.write(0, new byte[512]).error());
                assertEquals(Wire.EIO, s.ask(0, Wire.FLUSH, 0, 0).error());
                assertEquals(Wire.EIO, s.ask(0, Wire.TRIM, 0, 512).error());
                assertEquals(Wire.EIO, s.ask(0, Wire.WRITE_ZEROES, 0, 512).error());
                assertEquals(Wire.EIO, s.ask(0, Wire.CACHE, 0, 512).error());
                assertEquals(Wire.EIO, s.status(0, 0, 512).error());
                script().reset();
                s.stillWorks();
            }
        }
    }

    @Test
    void aReadThatIsNotDescribedToItsEndIsAnInputOutputErrorAndShowsNoOldBytes() throws Exception {
        try (Session s = open(""); Session plain = simple()) {
            for (String word : List.of("nothing", "short", "half", "beyond")) {
                script().say("read", word);
                assertEquals(Wire.EIO, s.read(0, 8192).error(), word);
                assertEquals(Wire.EIO, plain.read(0, 8192).error(), word);
            }
            script().reset();
            s.stillWorks();
            plain.stillWorks();
        }
    }

    @Test
    void aReadInPiecesArrivesWhole() throws Exception {
        try (Session s = open(""); Session plain = simple()) {
            byte[] data = new byte[9000];
            java.util.Arrays.fill(data, (byte) 7);
            s.write(3000, data).ok();
            script().say("read", "pieces");
            java.util.Arrays.fill(data, 3000, 6000, (byte) 0);
            Result r = s.read(3000, 9000);
            assertArrayEquals(data, r.data());
            assertEquals(1, r.count(Wire.CHUNK_HOLE), r.toString());
            assertArrayEquals(data, s.ask(Wire.DF, Wire.READ, 3000, 9000).data());
            assertArrayEquals(data, plain.read(3000, 9000).data());
        }
    }

    @Test
    void oldBytesOfAnotherRequestNeverReachAClient() throws Exception {
        try (Session s = simple()) {
            byte[] secret = new byte[65536];
            java.util.Arrays.fill(secret, (byte) 's');
            s.write(0, secret).ok();
            s.read(0, 65536).ok();
            script().say("read", "short");
            assertEquals(Wire.EIO, s.read(131072, 65536).error());
            script().say("read", "zeroes");
            assertArrayEquals(new byte[65536], s.read(131072, 65536).data());
        }
    }

    @Test
    void theStatusOfTheDeviceIsToldClippedAndMerged() throws Exception {
        script().say("status", "0+4096:0 4096+4096:0 8192+4096:3 12288+90000000:2");
        try (Session s = open("")) {
            List<Result.Extent> extents = s.status(0, 2048, 100_000).extents(s.contextId());
            assertEquals(new Result.Extent(6144, 0), extents.get(0));
            assertEquals(new Result.Extent(4096, 3), extents.get(1));
            assertEquals(2, extents.get(2).status());
            assertTrue(12288 + extents.get(2).length() <= s.size());
        }
    }

    @Test
    void aStatusWithAGapOrWithoutABeginningIsAnInputOutputError() throws Exception {
        try (Session s = open("")) {
            for (String word : List.of("nothing", "8192+4096:0", "0+4096:0 8192+4096:1", "4096+4096:0 0+4096:0", "0+0:0")) {
                script().say("status", word);
                assertTrue(List.of(Wire.EIO, Wire.EINVAL).contains(s.status(0, 0, 65536).error()), word);
            }
            script().reset();
            s.status(0, 0, 65536).ok();
        }
    }

    @Test
    void allIsDataWhereTheDeviceKnowsNoExtents() throws Exception {
        try (Session s = open("bare")) {
            assertEquals(new Result.Extent(8192, 0), s.status(0, 0, 8192).extents(s.contextId()).get(0));
        }
        assertEquals(0, script().count("status"));
    }

    @Test
    void unalignedRequestsOnAnExportWithBlockSizesDamageNothing() throws Exception {
        try (Session s = open("blocks")) {
            byte[] before = s.read(0, 4096).data();
            Result r = s.write(100, new byte[] {9, 9, 9});
            if (r.error() == 0) {
                before[100] = 9;
                before[101] = 9;
                before[102] = 9;
            } else {
                assertEquals(Wire.EINVAL, r.error());
            }
            assertArrayEquals(before, s.read(0, 4096).data());
        }
    }
}
