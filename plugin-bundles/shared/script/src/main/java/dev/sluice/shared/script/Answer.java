package dev.sluice.shared.script;

import java.nio.charset.StandardCharsets;

/**
 * What a script said to a call that did not fail.
 *
 * @param kind which of the three good answers
 * @param output what it wrote, empty unless {@link Kind#OK}
 */
record Answer(Kind kind, byte[] output) {
    static final Answer MISSING = new Answer(Kind.MISSING, new byte[0]);

    /** Good ends of a call. */
    enum Kind {
        /** Done, or true. */
        OK,
        /** The script does not have this method. */
        MISSING,
        /** False. */
        FALSE
    }

    boolean isMissing() {
        return kind == Kind.MISSING;
    }

    /** The output as text, without one end of line. */
    String text() {
        String text = new String(output, StandardCharsets.UTF_8);
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
