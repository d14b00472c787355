package dev.sluice.filter.log;

import java.util.ArrayList;
import java.util.List;

/** Names and values of one line, in order; not for use by several threads. */
final class LogFields {
    /** Text as in the line, and bare as a script gets it. */
    record Field(String name, String text, String bare) {
    }

    private final List<Field> fields = new ArrayList<>();

    List<Field> list() {
        return fields;
    }

    LogFields hex(String name, long value) {
        return word(name, "0x" + Long.toHexString(value));
    }

    LogFields number(String name, long value) {
        return word(name, Long.toString(value));
    }

    LogFields flag(String name, boolean value) {
        return word(name, value ? "1" : "0");
    }

    LogFields text(String name, String value) {
        fields.add(new Field(name, quote(value), value));
        return this;
    }

    LogFields word(String name, String value) {
        fields.add(new Field(name, value, value));
        return this;
    }

    /** Words in round brackets, which is how some shells write an array. */
    LogFields list(String name, List<String> words) {
        return word(name, "(" + String.join(" ", words) + ")");
    }

    /** In double quotes, so that a shell reads it back, and always on one line. */
    static String quote(String text) {
        StringBuilder s = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\' || c == '$' || c == '`') {
                s.append('\\').append(c);
            } else if (Character.isISOControl(c)) {
                s.append(String.format("\\x%02x", (int) c));
            } else {
                s.append(c);
            }
        }
        return s.append('"').toString();
    }
}
