package dev.sluice.client.wire;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One message: a byte for its type, the length as four bytes, most significant first, and so many bytes.
 *
 * <pre>
 * to the server    WORDS     words of a command, each ended by a zero byte
 *                  LINE      a line for Gogo
 *                  COMPLETE  words as in WORDS; the last one is being typed
 * from the server  OUTPUT    bytes for standard output
 *                  ERROR     one line for standard error
 *                  STATUS    one byte, 0 for success: the command is over
 *                  CHOICES   words as in WORDS: the answer to COMPLETE
 * </pre>
 *
 * @param type one of the constants
 * @param payload at most {@link #LONGEST} bytes
 */
public record Frame(byte type, byte[] payload) {
    /** The longest payload. */
    public static final int LONGEST = 64 << 10;
    /** A command as words. */
    public static final byte WORDS = 'W';
    /** A command as a line. */
    public static final byte LINE = 'L';
    /** What may follow. */
    public static final byte COMPLETE = 'C';
    /** Standard output. */
    public static final byte OUTPUT = 'O';
    /** A line for standard error. */
    public static final byte ERROR = 'E';
    /** The end of a command. */
    public static final byte STATUS = 'S';
    /** What may follow, answered. */
    public static final byte CHOICES = 'K';

    private static final int HEADER = 5;

    /** A message that is one text; too long a text is cut. */
    public static Frame text(byte type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Frame(type, bytes.length > LONGEST ? java.util.Arrays.copyOf(bytes, LONGEST) : bytes);
    }

    /**
     * A message of words.
     *
     * @throws IllegalArgumentException they are too long together, or have a zero byte in them
     */
    public static Frame words(byte type, List<String> words) {
        if (words.stream().anyMatch(w -> w.indexOf('\0') >= 0)) {
            throw new IllegalArgumentException("a word must not have a zero byte in it");
        }
        StringBuilder all = new StringBuilder();
        words.forEach(w -> all.append(w).append('\0'));
        byte[] bytes = all.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > LONGEST) {
            throw new IllegalArgumentException("a command has at most " + LONGEST + " bytes");
        }
        return new Frame(type, bytes);
    }

    /** The end of a command. */
    public static Frame status(int status) {
        return new Frame(STATUS, new byte[] {(byte) status});
    }

    /** The payload as text. */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /**
     * The payload as words.
     *
     * @throws IOException the last one does not end
     */
    public List<String> words() throws IOException {
        List<String> words = new ArrayList<>();
        String all = text();
        int at = 0;
        while (at < all.length()) {
            int end = all.indexOf('\0', at);
            if (end < 0) {
                throw new IOException("a word does not end");
            }
            words.add(all.substring(at, end));
            at = end + 1;
        }
        return words;
    }

    /** The status; 1 if there is none. */
    public int status() {
        return payload.length == 1 ? payload[0] & 0xff : 1;
    }

    /** Writes it with one call. */
    public void write(OutputStream out) throws IOException {
        byte[] all = new byte[HEADER + payload.length];
        all[0] = type;
        for (int i = 0; i < 4; i++) {
            all[1 + i] = (byte) (payload.length >>> (24 - 8 * i));
        }
        System.arraycopy(payload, 0, all, HEADER, payload.length);
        out.write(all);
        out.flush();
    }

    /**
     * Reads one.
     *
     * @param begun called when its first byte is there
     * @return empty if the other side has closed
     * @throws IOException it is too long, or the other side closed in the middle of it
     */
    public static Optional<Frame> read(DataInputStream in, Runnable begun) throws IOException {
        int type = in.read();
        if (type < 0) {
            return Optional.empty();
        }
        begun.run();
        int length = in.readInt();
        if (length < 0 || length > LONGEST) {
            throw new IOException("a message of " + Integer.toUnsignedString(length) + " bytes; at most " + LONGEST + " are allowed");
        }
        byte[] payload = new byte[length];
        try {
            in.readFully(payload);
        } catch (EOFException e) {
            throw new IOException("closed in the middle of a message", e);
        }
        return Optional.of(new Frame((byte) type, payload));
    }
}
