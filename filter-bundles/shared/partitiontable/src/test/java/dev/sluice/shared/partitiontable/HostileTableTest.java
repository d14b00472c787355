package dev.sluice.shared.partitiontable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdException;
import dev.sluice.api.contract.SeededRandom;
import org.junit.jupiter.api.Test;

/** Tables of random bytes, and right ones with random changes: there is an answer or one line, whatever they are. */
class HostileTableTest {
    private final SeededRandom random = SeededRandom.create();

    @Test
    void damagedTablesHaveAnAnswer() throws Exception {
        for (int i = 0; i < 20_000; i++) {
            TestDisk disk = random.nextBoolean() ? mbr() : gpt();
            for (int change = random.nextInt(12); change > 0; change--) {
                // mostly where tables are
                int at = random.nextInt(random.nextInt(4) == 0 ? disk.bytes.length : Math.min(disk.bytes.length, 2048));
                disk.bytes[at] = random.nextInt(3) == 0 ? (byte) 0xff : (byte) random.nextInt();
            }
            look(disk);
        }
    }

    @Test
    void randomBytesHaveAnAnswer() throws Exception {
        for (int i = 0; i < 2000; i++) {
            TestDisk disk = new TestDisk(512, 1 + random.nextInt(60));
            random.nextBytes(disk.bytes);
            for (int sector = 0; sector < disk.bytes.length / 512; sector++) {
                if (random.nextInt(3) > 0) {
                    disk.mbr(sector, 0, disk.bytes[sector * 512 + 450], random.nextInt(80), random.nextInt(80));
                    disk.mbr(sector, 1, 5, random.nextInt(80), random.nextInt(80));
                }
            }
            look(disk);
        }
    }

    private TestDisk mbr() {
        return new TestDisk(512, 60).mbr(0, 0, 0x83, 10, 5).mbr(0, 1, 0x0f, 20, 30).mbr(20, 0, 0x83, 1, 5).mbr(20, 1, 5, 8, 9)
                .mbr(28, 0, 0x83, 1, 5).mbr(28, 1, 5, 15, 9).mbr(35, 0, 0x83, 1, 5);
    }

    private TestDisk gpt() {
        return new TestDisk(512, 60).mbr(0, 0, 0xee, 1, 59).gptHeader(2, 8, 128).gptEntry(1024, 1, 20, 30, "a")
                .gptEntry(1408, 1, 31, 40, "b");
    }

    private void look(TestDisk disk) throws Exception {
        for (int number : new int[] {1, 2, 4, 5, 6, 7, 9, 1000}) {
            try {
                check(disk, disk.table(random.nextBoolean() ? 512 : 4096).find(number));
            } catch (NbdException e) {
                checkLine(e);
            }
        }
        try {
            for (Partition p : disk.table().list()) {
                check(disk, p);
            }
        } catch (NbdException e) {
            checkLine(e);
        }
        assertTrue(disk.reads < 30_000, "reads: " + disk.reads + " " + random);
    }

    private void check(TestDisk disk, Partition p) {
        assertTrue(p.start() > -1 && p.length() > 0 && p.length() <= disk.bytes.length - p.start(), p + " " + random);
    }

    private void checkLine(NbdException e) {
        assertEquals(1, e.getMessage().lines().count(), e.getMessage() + " " + random);
    }
}
