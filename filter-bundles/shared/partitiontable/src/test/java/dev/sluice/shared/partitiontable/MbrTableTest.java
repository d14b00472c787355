package dev.sluice.shared.partitiontable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MbrTableTest {
    private final TestDisk disk = new TestDisk(512, 1000);

    private String failure(int number) {
        return assertThrows(NbdException.class, () -> disk.table().find(number)).getMessage();
    }

    private TestDisk withLogicals() {
        return disk.mbr(0, 0, 0x83, 10, 20).mbr(0, 3, 0x0f, 100, 400)
                .mbr(100, 0, 0x82, 1, 9).mbr(100, 1, 0x05, 50, 60)
                .mbr(150, 0, 0x83, 2, 30).mbr(150, 1, 0x05, 300, 100)
                .mbr(400, 0, 0x07, 1, 99);
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void aPrimaryPartitionIsFound(int sectorSize) throws Exception {
        TestDisk d = new TestDisk(sectorSize, 100).mbr(0, 1, 0x83, 7, 93);
        assertEquals("MBR", d.table().type());
        assertEquals(new Partition(2, 7L * sectorSize, 93L * sectorSize, 0x83, null, null, ""), d.table().find(2));
    }

    @Test
    void logicalPartitionsAreFound() throws Exception {
        withLogicals();
        assertEquals(new Partition(5, 101 * 512, 9 * 512, 0x82, null, null, ""), disk.table().find(5));
        assertEquals(new Partition(6, 152 * 512, 30 * 512, 0x83, null, null, ""), disk.table().find(6));
        assertEquals(new Partition(7, 401 * 512, 99 * 512, 0x07, null, null, ""), disk.table().find(7));
        assertEquals(List.of(1, 5, 6, 7), disk.table().list().stream().map(Partition::number).toList());
    }

    @Test
    void anEmptyLinkOfTheChainHasNoNumber() throws Exception {
        withLogicals().mbr(100, 0, 0, 0, 0);
        assertEquals(152 * 512, disk.table().find(5).start());
    }

    @Test
    void whatIsNotThereIsNotFound() {
        withLogicals();
        for (int number : new int[] {-1, 0, 2, 3, 4, 8, 5000}) {
            assertEquals("MBR partition " + number + " not found", failure(number));
        }
    }

    @Test
    void withoutAnExtendedPartitionThereAreNoLogicalOnes() {
        disk.mbr(0, 0, 0x83, 10, 20);
        assertEquals("MBR partition 5 would be a logical one, but there is no extended partition in the table", failure(5));
    }

    @Test
    void aPartitionOutsideOfTheDiskIsRefused() {
        disk.mbr(0, 0, 0x83, 999, 2).mbr(0, 1, 0x83, 1000, 1).mbr(0, 2, 0x83, 0xffffffffL, 0xffffffffL);
        assertEquals("MBR partition 1 (2 sectors from 999) is outside of the disk of 1000 sectors", failure(1));
        assertEquals("MBR partition 2 (1 sectors from 1000) is outside of the disk of 1000 sectors", failure(2));
        assertEquals("MBR partition 3 (4294967295 sectors from 4294967295) is outside of the disk of 1000 sectors", failure(3));
    }

    @Test
    void aChainThatPointsBackIsRefused() {
        withLogicals().mbr(400, 1, 0x05, 50, 10);
        assertEquals("the extended boot record at sector 400 points back to sector 150", failure(8));
        disk.mbr(400, 1, 0x05, 300, 10);
        assertEquals("the extended boot record at sector 400 points back to sector 400", failure(8));
    }

    @Test
    void aChainThatLeavesTheExtendedPartitionIsRefused() {
        withLogicals().mbr(400, 1, 0x05, 400, 10);
        assertEquals("an extended boot record at sector 500 is outside of the extended partition (400 sectors from 100) or of the disk of"
                + " 1000 sectors", failure(8));
        disk.mbr(0, 3, 0x0f, 2000, 400);
        assertTrue(failure(5).startsWith("an extended boot record at sector 2000 is outside"));
    }

    @Test
    void aLogicalPartitionThatLeavesTheExtendedOneIsRefused() {
        withLogicals().mbr(400, 0, 0x07, 1, 100);
        assertEquals("logical partition 7 (100 sectors from 401) is outside of the extended partition (400 sectors from 100)", failure(7));
    }

    @Test
    void anExtendedBootRecordWithoutASignatureIsRefused() {
        disk.mbr(0, 0, 0x05, 10, 20);
        assertEquals("the extended boot record at sector 10 has no signature", failure(5));
    }

    @Test
    void aChainWithoutAnEndIsGivenUp() {
        TestDisk d = new TestDisk(512, 3000).mbr(0, 0, 0x05, 1, 2999);
        for (int i = 1; i < 2999; i++) {
            d.mbr(i, 1, 0x05, i, 1);
        }
        assertEquals("the chain of logical partitions has more than 1000 links",
                assertThrows(NbdException.class, () -> d.table().find(5)).getMessage());
        assertTrue(d.reads < 1100, "reads: " + d.reads);
    }

    @Test
    void aDiskWithoutATableIsRefused() {
        assertEquals("the disk has neither an MBR nor a GPT: there is no signature of a partition table", failure(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 1023})
    void aDiskThatIsTooSmallIsRefused(int size) {
        var e = assertThrows(NbdException.class, () -> PartitionTable.of((offset, into) -> {
            throw new AssertionError("nothing can be read");
        }, size, 512));
        assertEquals("the disk of " + size + " bytes is too small to have partitions", e.getMessage());
    }
}
