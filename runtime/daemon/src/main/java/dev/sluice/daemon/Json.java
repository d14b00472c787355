package dev.sluice.daemon;

import dev.sluice.api.ConfigException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One configuration as JSON: an object whose values are strings, numbers, booleans, and arrays of one of these. Comments
 * as in Java are allowed, as in the configuration files of the OSGi Configurator.
 */
final class Json {
    private static final int LONGEST = 1 << 20;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Reads an object. Whole numbers become Long, others Double; arrays become arrays of String, Long, Double or Boolean.
     *
     * @throws ConfigException with line and column
     */
    static Map<String, Object> parse(String text) {
        if (text.length() > LONGEST) {
            throw new ConfigException("has more than " + LONGEST + " characters");
        }
        Json json = new Json(text.startsWith("\ufeff") ? text.substring(1) : text);
        Map<String, Object> object = json.object();
        json.blanks();
        if (json.at < json.text.length()) {
            throw json.wrong("something follows the end of the object");
        }
        return object;
    }

    private Map<String, Object> object() {
        expect('{', "an object begins with {");
        Map<String, Object> object = new LinkedHashMap<>();
        if (next() == '}') {
            at++;
            return object;
        }
        do {
            if (next() != '"') {
                throw wrong("a key in double quotes is meant");
            }
            String key = string();
            expect(':', "a colon is meant behind the key \"" + key + "\"");
            if (object.put(key, value(key)) != null) {
                throw wrong("the key \"" + key + "\" is there twice");
            }
        } while (more('}'));
        return object;
    }

    /** Whether a comma follows; otherwise takes the end. */
    private boolean more(char end) {
        char c = next();
        at++;
        if (c != ',' && c != end) {
            at--;
            throw wrong("a comma or " + end + " is meant");
        }
        return c == ',';
    }

    private Object value(String key) {
        if (next() != '[') {
            return scalar(key);
        }
        at++;
        List<Object> values = new ArrayList<>();
        if (next() == ']') {
            at++;
            return new String[0];
        }
        do {
            values.add(scalar(key));
            if (values.get(0).getClass() != values.get(values.size() - 1).getClass()) {
                throw wrong("the values of \"" + key + "\" are of different types");
            }
        } while (more(']'));
        Object[] array = (Object[]) java.lang.reflect.Array.newInstance(values.get(0).getClass(), values.size());
        return values.toArray(array);
    }

    private Object scalar(String key) {
        char c = next();
        if (c == '"') {
            return string();
        }
        int start = at;
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || "+-.".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        String word = text.substring(start, at);
        if (word.equals("true") || word.equals("false")) {
            return Boolean.valueOf(word);
        }
        if (word.matches("-?(0|[1-9]\\d{0,17})")) {
            return Long.valueOf(word);
        }
        if (word.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?")) {
            return Double.valueOf(word);
        }
        at = start;
        throw wrong("the value of \"" + key + "\" is neither a string, a number, true, false nor an array of these");
    }

    private String string() {
        at++;
        StringBuilder s = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at);
            if (c < ' ') {
                throw wrong("a string does not end in its line");
            }
            at++;
            s.append(c == '\\' ? escape() : c);
        }
        if (at == text.length()) {
            throw wrong("a string does not end");
        }
        at++;
        return s.toString();
    }

    private char escape() {
        char c = at < text.length() ? text.charAt(at++) : ' ';
        switch (c) {
            case '"', '\\', '/':
                return c;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                if (at + 4 <= text.length() && text.substring(at, at + 4).matches("[0-9a-fA-F]{4}")) {
                    at += 4;
                    return (char) Integer.parseInt(text.substring(at - 4, at), 16);
                }
                break;
            default:
                break;
        }
        throw wrong("\\" + c + " is no escape of JSON");
    }

    private void expect(char c, String what) {
        if (next() != c) {
            throw wrong(what);
        }
        at++;
    }

    private char next() {
        blanks();
        if (at >= text.length()) {
            throw wrong("the end is missing");
        }
        return text.charAt(at);
    }

    private void blanks() {
        while (at < text.length()) {
            if (" \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            } else if (text.startsWith("//", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw wrong("a comment does not end");
                }
                at = end + 2;
            } else {
                return;
            }
        }
    }

    private ConfigException wrong(String what) {
        int end = Math.min(at, text.length());
        int line = 1 + (int) text.substring(0, end).chars().filter(c -> c == '\n').count();
        return new ConfigException("line " + line + ", column " + (end - text.lastIndexOf('\n', end - 1)) + ": " + what);
    }

    /** Writes an object, one key a line. */
    static String write(Map<String, Object> object) {
        StringBuilder s = new StringBuilder("{");
        String separator = "\n";
        for (Map.Entry<String, Object> entry : object.entrySet()) {
            s.append(separator).append("  ");
            quote(entry.getKey(), s);
            s.append(": ");
            write(entry.getValue(), s);
            separator = ",\n";
        }
        return s.append("\n}\n").toString();
    }

    private static void write(Object value, StringBuilder s) {
        if (value instanceof Object[] array) {
            s.append('[');
            for (int i = 0; i < array.length; i++) {
                s.append(i == 0 ? "" : ", ");
                write(array[i], s);
            }
            s.append(']');
        } else if (value instanceof Iterable<?> values) {
            List<Object> list = new ArrayList<>();
            values.forEach(list::add);
            write(list.toArray(), s);
        } else if (value instanceof Number || value instanceof Boolean) {
            s.append(value);
        } else if (value.getClass().isArray()) {
            throw new ConfigException("an array of " + value.getClass().getComponentType() + " can't be written: " + Arrays.asList(value));
        } else {
            quote(value.toString(), s);
        }
    }

    private static void quote(String text, StringBuilder s) {
        s.append('"');
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"', '\\' -> s.append('\\').append(c);
                case '\n' -> s.append("\\n");
                case '\r' -> s.append("\\r");
                case '\t' -> s.append("\\t");
                default -> {
                    if (c < ' ' || Character.isSurrogate(c) && !isPaired(text)) {
                        s.append(String.format("\\u%04x", (int) c));
                    } else {
                        s.append(c);
                    }
                }
            }
        }
        s.append('"');
    }

    /** Whether UTF-8 can carry it. */
    private static boolean isPaired(String text) {
        return java.nio.charset.StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
