package dev.sluice.shared.partitiontable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.NbdException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GptTableTest {
    private static TestDisk disk(int sectorSize) {
        TestDisk disk = new TestDisk(sectorSize, 1000).mbr(0, 0, 0xee, 1, 999).gptHeader(2, 8, 128);
        disk.gptEntry(2 * sectorSize, 0x11223344, 40, 50, "first").gptEntry(2 * sectorSize + 3 * 128, 5, 60, 60, "");
        return disk;
    }

    private static String failure(TestDisk disk, int number) {
        return assertThrows(NbdException.class, () -> disk.table().find(number)).getMessage();
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void aPartitionIsFound(int sectorSize) throws Exception {
        PartitionTable table = disk(sectorSize).table();
        assertEquals("GPT", table.type());
        assertEquals(new Partition(1, 40L * sectorSize, 11L * sectorSize, 0, UUID.fromString("11223344-0000-0000-0000-000000000000"),
                UUID.fromString("01020304-0506-0000-0000-000000000007"), "first"), table.find(1));
        assertEquals(sectorSize, table.find(4).length());
        assertEquals(List.of(1, 4), table.list().stream().map(Partition::number).toList());
    }

    @Test
    void largerEntriesAreUnderstood() throws Exception {
        TestDisk disk = disk(512).gptHeader(2, 4, 256).gptEntry(2 * 512 + 512, 1, 70, 79, "");
        assertEquals(10 * 512, disk.table().find(3).length());
    }

    @Test
    void anUnusedEntryIsNotFound() {
        assertEquals("GPT partition 2 not found", failure(disk(512), 2));
        assertEquals("GPT partition 9 not found: the table has entries for 8", failure(disk(512), 9));
        assertEquals("GPT partition 0 not found: the table has entries for 8", failure(disk(512), 0));
    }

    @ParameterizedTest
    @CsvSource({"0", "64", "127", "1048577", "-1"})
    void entriesOfAnotherSizeAreRefused(int size) {
        assertEquals("the GPT says that its entries have " + Integer.toUnsignedString(size) + " bytes: it must be from 128 to 1048576",
                failure(disk(512).gptHeader(2, 4, size), 1));
    }

    @Test
    void aTableThatIsTooLargeForTheDiskIsRefused() {
        assertEquals("the GPT's table of 4294967295 entries at sector 2 is too large for the disk of 1000 sectors",
                failure(disk(512).gptHeader(2, -1, 128), 1));
        assertEquals("the GPT's table of 4 entries at sector 18446744073709551615 is too large for the disk of 1000 sectors",
                failure(disk(512).gptHeader(-1, 4, 128), 1));
        assertEquals("the GPT's table of 5 entries at sector 999 is too large for the disk of 1000 sectors",
                failure(disk(512).gptHeader(999, 5, 128), 1));
    }

    @Test
    void aPartitionOutsideOfTheDiskIsRefused() {
        assertEquals("GPT partition 1 (sectors 40 to 1000) is outside of the disk of 1000 sectors",
                failure(disk(512).gptEntry(1024, 1, 40, 1000, ""), 1));
        assertEquals("GPT partition 1 (sectors 18446744073709551615 to 50) is outside of the disk of 1000 sectors",
                failure(disk(512).gptEntry(1024, 1, -1, 50, ""), 1));
        assertEquals("GPT partition 1 ends at sector 50, before it starts at 51", failure(disk(512).gptEntry(1024, 1, 51, 50, ""), 1));
    }

    @Test
    void anotherSectorSizeIsNoticed() {
        assertEquals(4096, assertThrows(WrongSectorSizeException.class, () -> disk(4096).table(512)).sectorSize());
        assertEquals("the disk has a GPT for sectors of 512 bytes, not of 4096",
                assertThrows(WrongSectorSizeException.class, () -> disk(512).table(4096)).getMessage());
    }

    @Test
    void aTableWithoutTheProtectiveOneInFrontIsUnderstood() throws Exception {
        TestDisk disk = disk(512);
        disk.bytes[510] = 0;
        assertEquals("GPT", disk.table().type());
        assertEquals(4096, assertThrows(WrongSectorSizeException.class, () -> {
            TestDisk large = disk(4096);
            large.bytes[510] = 0;
            large.table(512);
        }).sectorSize());
    }

    @Test
    void aProtectiveTableAloneIsAnMbr() throws Exception {
        assertEquals(0xee, new TestDisk(512, 1000).mbr(0, 0, 0xee, 1, 999).table().find(1).mbrType());
    }
}
