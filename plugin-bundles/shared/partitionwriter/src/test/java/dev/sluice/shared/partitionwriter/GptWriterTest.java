package dev.sluice.shared.partitionwriter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class GptWriterTest {
    private static final UUID LINUX = UUID.fromString("0FC63DAF-8483-4772-8E79-3D69D8477DE4");
    private static final UUID GUID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private final GptWriter writer = new GptWriter(GUID, List.of(new GptPartition(LINUX, GUID, 2048, 4001, true, "a")), 5000);

    private static long crc(byte[] bytes, int from, int to) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, to - from);
        return crc.getValue();
    }

    private static void assertHeader(byte[] header, byte[] entries, long own, long other, long entriesAt) {
        ByteBuffer h = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals("4546492050415254000001005c000000", HexFormat.of().formatHex(header, 0, 16));
        assertEquals(List.of(own, other, 34L, 4966L), List.of(h.getLong(24), h.getLong(32), h.getLong(40), h.getLong(48)));
        assertEquals("33221100554477668899aabbccddeeff", HexFormat.of().formatHex(header, 56, 72));
        assertEquals(entriesAt, h.getLong(72));
        assertEquals(List.of(128, 128), List.of(h.getInt(80), h.getInt(84)));
        assertEquals((int) crc(entries, 0, entries.length), h.getInt(88));
        int own2 = h.getInt(16);
        h.putInt(16, 0);
        assertEquals((int) crc(header, 0, 92), own2);
    }

    @Test
    void theTableInFrontIsRight() {
        byte[] front = writer.front();
        assertEquals(34 * 512, front.length);
        assertHeader(Arrays.copyOfRange(front, 512, 1024), Arrays.copyOfRange(front, 1024, front.length), 1, 4999, 2);
        assertEquals("00feffffeefeffff0100000087130000", HexFormat.of().formatHex(front, 446, 462));
    }

    @Test
    void theTableBehindIsTheSame() {
        byte[] front = writer.front();
        byte[] back = writer.back();
        assertEquals(33 * 512, back.length);
        assertArrayEquals(Arrays.copyOfRange(front, 1024, front.length), Arrays.copyOf(back, 32 * 512));
        assertHeader(Arrays.copyOfRange(back, 32 * 512, back.length), Arrays.copyOf(back, 32 * 512), 4999, 1, 4967);
    }

    @Test
    void anEntryIsAsTheSpecificationSays() {
        assertEquals("af3dc60f838472478e793d69d8477de4" + "33221100554477668899aabbccddeeff" + "0008000000000000" + "a10f000000000000"
                + "0400000000000000" + "6100" + "00".repeat(70), HexFormat.of().formatHex(writer.front(), 1024, 1152));
    }

    @Test
    void aLongNameIsCutOff() {
        GptWriter w = new GptWriter(GUID, List.of(new GptPartition(LINUX, GUID, 1, 2, false, "n".repeat(100))), 100);
        assertEquals("6e00".repeat(36) + "00", HexFormat.of().formatHex(w.front(), 1024 + 56, 1024 + 129));
    }

    @Test
    void moreThanThe128EntriesOfOldHaveRoom() {
        assertEquals(34, GptWriter.sectorsInFront(128));
        assertEquals(35, GptWriter.sectorsInFront(129));
        assertEquals(34, GptWriter.sectorsBehind(132));
        GptWriter w = new GptWriter(GUID, Collections.nCopies(129, new GptPartition(LINUX, GUID, 50, 60, false, "")), 1000);
        assertEquals(35 * 512, w.front().length);
        assertEquals(132, ByteBuffer.wrap(w.front()).order(ByteOrder.LITTLE_ENDIAN).getInt(512 + 80));
    }

    @Test
    void theProtectiveEntryOfALargeDiskEndsAtItsMaximum() {
        GptWriter w = new GptWriter(GUID, List.of(), 1L << 40);
        assertEquals("ffffffff", HexFormat.of().formatHex(w.front(), 458, 462));
    }

    @Test
    void anEntryOfAnMbrHasItsLimit() {
        assertThrows(IllegalArgumentException.class, () -> new MbrSector().entry(0, false, 1, 1L << 32, 1));
        assertEquals("80feffff83feffff00080000a2070000",
                HexFormat.of().formatHex(new MbrSector().entry(1, true, 0x83, 2048, 1954).bytes(), 462, 478));
    }
}
