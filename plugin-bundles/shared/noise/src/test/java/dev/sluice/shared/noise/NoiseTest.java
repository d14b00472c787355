package dev.sluice.shared.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NoiseTest {
    private final Noise noise = new Noise(42);

    private static byte[] bytes(Noise noise, long offset, int length, ByteOrder order) {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(order);
        noise.fill(offset, length, buffer);
        return buffer.array();
    }

    @Test
    void theStreamOfASeedNeverChanges() {
        assertEquals("48 21 82 26 ff 3c d4 bf", hex(bytes(new Noise(0), 0, 8, ByteOrder.BIG_ENDIAN)));
        assertEquals("3f 7c 63 49 ab 87 17 c9", hex(bytes(noise, 4096, 8, ByteOrder.BIG_ENDIAN)));
    }

    private static String hex(byte[] bytes) {
        StringBuilder s = new StringBuilder();
        for (byte b : bytes) {
            s.append(s.length() == 0 ? "" : " ").append(String.format("%02x", b));
        }
        return s.toString();
    }

    @Test
    void everyPieceIsThatOfTheWhole() {
        byte[] whole = bytes(noise, 1000, 200, ByteOrder.BIG_ENDIAN);
        for (int from = 0; from < 20; from++) {
            for (int length = 1; length < 40; length++) {
                byte[] expected = Arrays.copyOfRange(whole, from, from + length);
                assertArrayEquals(expected, bytes(noise, 1000 + from, length, ByteOrder.BIG_ENDIAN));
                assertArrayEquals(expected, bytes(noise, 1000 + from, length, ByteOrder.LITTLE_ENDIAN));
            }
        }
    }

    @Test
    void theHighestOffsetsHaveBytes() {
        byte[] last = bytes(noise, Long.MAX_VALUE - 9, 9, ByteOrder.BIG_ENDIAN);
        assertEquals(noise.byteAt(Long.MAX_VALUE - 1), last[8]);
    }

    @Test
    void aMatchIsFoundAndOneWrongByteIsNoMatch() {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            byte[] bytes = bytes(noise, 5, 30, order);
            assertTrue(noise.matches(5, 30, ByteBuffer.wrap(bytes).order(order)));
            for (int i = 0; i < bytes.length; i++) {
                bytes[i]++;
                assertFalse(noise.matches(5, 30, ByteBuffer.wrap(bytes).order(order)), "byte " + i);
                bytes[i]--;
            }
        }
    }

    @Test
    void neighbouringSeedsHaveNothingInCommon() {
        Set<Long> words = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            for (long index = 0; index < 100; index++) {
                assertTrue(words.add(new Noise(seed).word(index)), "seed " + seed + " index " + index);
            }
        }
    }

    @Test
    void allBytesComeAboutEquallyOften() {
        int[] counts = new int[256];
        for (byte b : bytes(noise, 0, 1 << 20, ByteOrder.BIG_ENDIAN)) {
            counts[b & 0xff]++;
        }
        for (int count : counts) {
            // 4096 are expected; ten times the usual deviation never comes by chance
            assertTrue(Math.abs(count - 4096) < 640, Arrays.toString(counts));
        }
    }
}
