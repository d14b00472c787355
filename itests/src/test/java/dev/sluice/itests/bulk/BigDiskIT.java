package dev.sluice.itests.bulk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Disks far larger than memory, and the largest requests. */
class BigDiskIT extends ServedTest {
    private static final long SIZE = 8 * Wire.TIB;

    BigDiskIT() {
        super("memory 8T");
    }

    private static void endsWork(Session s) throws Exception {
        assertEquals(SIZE, s.size());
        byte[] first = Pattern.bytes(1, 0, 70_000);
        byte[] last = Pattern.bytes(2, 0, 70_000);
        s.write(0, first).ok();
        s.write(SIZE - last.length, last).ok();
        assertArrayEquals(first, s.read(0, first.length).data());
        assertArrayEquals(last, s.read(SIZE - last.length, last.length).data());
        assertArrayEquals(new byte[4096], s.read(SIZE / 2, 4096).data());
        assertEquals(Wire.ENOSPC, s.write(SIZE - 1, new byte[2]).error());
    }

    @Test
    void aRamDiskOf8TibWorksAtBothEnds() throws Exception {
        try (Session s = structured()) {
            endsWork(s);
        }
    }

    @Test
    void aSparseFileOf8TibWorksAtBothEnds() throws Exception {
        SluiceServer sluice = sluice();
        Path disk = sluice.directory().resolve("sparse.img");
        try (java.io.RandomAccessFile f = new java.io.RandomAccessFile(disk.toFile(), "rw")) {
            f.setLength(SIZE);
        }
        sluice.export("sparse", "file " + disk);
        try (Session s = greeted().structured().go("sparse")) {
            endsWork(s);
            s.ask(0, Wire.FLUSH, 0, 0).ok();
        }
        assertTrue((long) Files.getAttribute(disk, "size") == SIZE);
    }

    @Test
    void aRequestOf64MibIsWrittenAndRead() throws Exception {
        byte[] data = Pattern.bytes(3, 0, 64 * Wire.MIB);
        try (Session s = structured()) {
            s.write(Wire.TIB, data).ok();
            assertArrayEquals(data, s.read(Wire.TIB, data.length).data());
            s.ask(0, Wire.TRIM, Wire.TIB, data.length).ok();
        }
    }

    @Test
    void severalRequestsOf64MibInFlightAreAnswered() throws Exception {
        try (Session s = structured(); Session t = simple()) {
            s.write(0, Pattern.bytes(4, 0, Wire.MIB)).ok();
            long[] of = new long[4];
            for (int i = 0; i < of.length; i++) {
                of[i] = s.send(Wire.DF, Wire.READ, 0, 64 * Wire.MIB);
            }
            t.stillWorks();
            for (long cookie : of) {
                s.result(cookie).ok();
            }
        }
    }
}
