package dev.sluice.core.protocol;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Strings as the protocol allows them: UTF-8, no NUL, at most {@link Limits#MAX_STRING} bytes (NBD specification,
 * "Conventions"). Names are taken or refused as they are; texts for people are made to fit.
 */
public final class WireString {
    private WireString() {
    }

    /** The string in all remaining bytes; empty if it breaks a rule. */
    public static Optional<String> decode(ByteBuffer in) {
        if (in.remaining() > Limits.MAX_STRING) {
            return Optional.empty();
        }
        try {
            String text = StandardCharsets.UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(in).toString();
            return text.indexOf('\0') >= 0 ? Optional.empty() : Optional.of(text);
        } catch (CharacterCodingException malformed) {
            return Optional.empty();
        }
    }

    /** The bytes of a string; empty if it breaks a rule. */
    public static Optional<byte[]> encode(String text) {
        // A char gives at least one byte, so what is longer than this needs no look.
        if (text.length() > Limits.MAX_STRING || text.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        ByteBuffer out = ByteBuffer.allocate(Limits.MAX_STRING);
        CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
        CoderResult result = encoder.encode(CharBuffer.wrap(text), out, true);
        return result.isUnderflow() ? Optional.of(Arrays.copyOf(out.array(), out.position())) : Optional.empty();
    }

    /**
     * The bytes of a text for people, in one line: control characters become spaces, what is not Unicode a question
     * mark, and what is too long is cut between two characters.
     */
    public static byte[] encodeMessage(String text) {
        int end = Math.min(text.length(), Limits.MAX_STRING);
        StringBuilder line = new StringBuilder(end);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            line.append(Character.isISOControl(c) ? ' ' : c);
        }
        ByteBuffer out = ByteBuffer.allocate(Limits.MAX_STRING);
        StandardCharsets.UTF_8.newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE)
                .encode(CharBuffer.wrap(line), out, true);
        return Arrays.copyOf(out.array(), out.position());
    }
}
