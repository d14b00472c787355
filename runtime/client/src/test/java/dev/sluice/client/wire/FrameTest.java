package dev.sluice.client.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameTest {
    private static byte[] bytes(Frame frame) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        frame.write(out);
        return out.toByteArray();
    }

    private static Frame read(byte... bytes) throws IOException {
        return Frame.read(new DataInputStream(new ByteArrayInputStream(bytes)), () -> { }).orElseThrow();
    }

    @Test
    void theLengthStandsInFourBytes() throws IOException {
        assertArrayEquals(new byte[] {'E', 0, 0, 0, 2, 'n', 'o'}, bytes(Frame.text(Frame.ERROR, "no")));
    }

    @Test
    void wordsComeBackAsTheyWere() throws IOException {
        List<String> words = List.of("nbd:set", "", "a b", "ä\n'");
        assertEquals(words, read(bytes(Frame.words(Frame.WORDS, words))).words());
    }

    @Test
    void anEndBetweenMessagesIsNone() throws IOException {
        assertTrue(Frame.read(new DataInputStream(new ByteArrayInputStream(new byte[0])), () -> { }).isEmpty());
    }

    @Test
    void tooLongAMessageIsRefusedBeforeItIsRead() {
        IOException e = assertThrows(IOException.class, () -> read((byte) 'W', (byte) 0x7f, (byte) 0, (byte) 0, (byte) 0));
        assertEquals("a message of 2130706432 bytes; at most 65536 are allowed", e.getMessage());
        assertThrows(IOException.class, () -> read((byte) 'W', (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff));
    }

    @Test
    void aMessageThatBreaksOffIsAnError() {
        assertThrows(IOException.class, () -> read((byte) 'W', (byte) 0, (byte) 0, (byte) 0, (byte) 9, (byte) 1));
    }

    @Test
    void aWordThatDoesNotEndIsAnError() {
        assertThrows(IOException.class, () -> Frame.text(Frame.WORDS, "list").words());
    }

    @Test
    void zeroBytesAndTooLongCommandsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Frame.words(Frame.WORDS, List.of("a\0b")));
        assertThrows(IllegalArgumentException.class, () -> Frame.words(Frame.WORDS, List.of("a".repeat(Frame.LONGEST))));
    }

    @Test
    void aLongErrorIsCut() {
        assertEquals(Frame.LONGEST, Frame.text(Frame.ERROR, "a".repeat(Frame.LONGEST + 1)).payload().length);
    }
}
