package dev.sluice.core.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WireStringTest {
    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void utf8IsDecoded() {
        assertEquals("grüße 😀", WireString.decode(utf8("grüße 😀")).orElseThrow());
    }

    @Test
    void theEmptyStringIsAString() {
        assertEquals("", WireString.decode(utf8("")).orElseThrow());
        assertEquals(0, WireString.encode("").orElseThrow().length);
    }

    @Test
    void whatIsNotUtf8IsRefused() {
        assertTrue(WireString.decode(ByteBuffer.wrap(new byte[] {(byte) 0xc0, (byte) 0x80})).isEmpty());
        assertTrue(WireString.decode(ByteBuffer.wrap(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80})).isEmpty());
    }

    @Test
    void aNulIsRefused() {
        assertTrue(WireString.decode(utf8("a\0b")).isEmpty());
        assertTrue(WireString.encode("a\0b").isEmpty());
    }

    @Test
    void the4096thByteIsTheLast() {
        assertTrue(WireString.decode(utf8("x".repeat(4096))).isPresent());
        assertTrue(WireString.decode(utf8("x".repeat(4097))).isEmpty());
        assertEquals(4096, WireString.encode("ü".repeat(2048)).orElseThrow().length);
        assertTrue(WireString.encode("ü".repeat(2049)).isEmpty());
    }

    @Test
    void halfACharacterIsNotEncoded() {
        assertTrue(WireString.encode("a\ud83d").isEmpty());
        assertTrue(WireString.encode("\ude00a").isEmpty());
    }

    @Test
    void aMessageIsCutBetweenCharacters() {
        byte[] cut = WireString.encodeMessage("x" + "😀".repeat(2000));
        assertEquals(1 + 4 * 1023, cut.length);
        assertTrue(WireString.decode(ByteBuffer.wrap(cut)).isPresent());
    }

    @Test
    void aMessageIsOneLineWithoutNul() {
        assertArrayEquals("a b c".getBytes(StandardCharsets.UTF_8), WireString.encodeMessage("a\nb\0c"));
    }

    @Test
    void halfACharacterInAMessageIsAQuestionMark() {
        assertEquals("a?b", new String(WireString.encodeMessage("a\ud83db"), StandardCharsets.UTF_8));
    }
}
