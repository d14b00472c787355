package dev.sluice.plugin.data;

import dev.sluice.api.ConfigException;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * A text and a place in it. Reads the small parts of the language: numbers, names, strings. Not for use by several threads.
 *
 * <p>Errors, all methods: {@link ConfigException} that names the place.
 */
final class Scanner {
    /** Behind a number with a place of a sector or more; in the order of powers of 1024. */
    private static final String SUFFIXES = "kmgtpe";
    private static final int SECTOR = 512;
    private static final int OCTAL_DIGITS = 3;
    private static final int MAX_BYTE = 255;
    private static final int AROUND = 30;

    private final String text;
    private int at;

    Scanner(String text) {
        this.text = text;
    }

    /** An error at the place. */
    ConfigException error(String what) {
        return error(what, at);
    }

    ConfigException error(String what, int place) {
        String rest = text.substring(Math.min(place, text.length()));
        return new ConfigException("at offset " + place + (rest.isEmpty() ? " (its end): " : " ('" + shorten(rest) + "'): ") + what);
    }

    /** The start of a text, in one line. */
    static String shorten(String text) {
        return (text.length() > AROUND ? text.substring(0, AROUND) + "..." : text).replace('\n', ' ');
    }

    int place() {
        return at;
    }

    boolean atEnd() {
        return at >= text.length();
    }

    /** The next character; NUL at the end. */
    char peek() {
        return atEnd() ? '\0' : text.charAt(at);
    }

    char next() {
        char c = peek();
        at++;
        return c;
    }

    /** Skips this text if it is next. */
    boolean accept(String expected) {
        boolean there = text.startsWith(expected, at);
        at += there ? expected.length() : 0;
        return there;
    }

    static boolean isSpace(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    void skipSpace() {
        while (!atEnd() && isSpace(peek())) {
            at++;
        }
    }

    /** White space, and comments up to the ends of their lines. */
    void skipSpaceAndComments() {
        skipSpace();
        while (peek() == '#' && !atEnd()) {
            int end = text.indexOf('\n', at);
            at = end < 0 ? text.length() : end;
            skipSpace();
        }
    }

    /** Characters up to one of these, or the end. */
    String until(String stop) {
        int start = at;
        while (!atEnd() && stop.indexOf(peek()) < 0) {
            at++;
        }
        return text.substring(start, at);
    }

    /** Up to the parenthesis that closes one that is open already; nothing else in between has a meaning. */
    String untilClosing() {
        int start = at;
        int open = 1;
        while (!atEnd()) {
            char c = next();
            open += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (open == 0) {
                return text.substring(start, at - 1);
            }
        }
        at = start;
        throw error("the script has no closing parenthesis");
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    /** The name of an assignment: letters, digits, underscores, hyphens. */
    String name() {
        int start = at;
        while (isLetter(peek()) || isDigit(peek()) || peek() == '-' && !text.startsWith("->", at)) {
            at++;
        }
        if (at == start) {
            throw error("a name is expected here, of letters, digits, _ and -");
        }
        return text.substring(start, at);
    }

    /** The name of a variable, which is one that the shell would take. */
    String variableName() {
        int start = at;
        if (isDigit(peek())) {
            throw error("a variable is expected here: its name starts with a letter or _");
        }
        while (isLetter(peek()) || isDigit(peek())) {
            at++;
        }
        if (at == start) {
            throw error("a variable is expected here: its name starts with a letter or _");
        }
        return text.substring(start, at);
    }

    /** A number that ends where its digits do: decimal, hexadecimal behind 0x, octal behind 0. */
    BigInteger number(String what) {
        int start = at;
        if (peek() == '-') {
            throw error(what + " must not be negative");
        }
        while (isLetter(peek()) || isDigit(peek())) {
            at++;
        }
        String digits = text.substring(start, at);
        int base = 10;
        if (digits.startsWith("0x") || digits.startsWith("0X")) {
            base = 16;
            digits = digits.substring(2);
        } else if (digits.length() > 1 && digits.startsWith("0")) {
            base = 8;
        }
        if (digits.isEmpty() || !allDigits(digits, base)) {
            throw error(what + " is expected here: a number is decimal, 0x and hexadecimal digits, or 0 and octal digits", start);
        }
        // nobody needs more digits, and large numbers are slow
        return digits.length() > Long.SIZE ? BigInteger.ONE.shiftLeft(Long.SIZE) : new BigInteger(digits, base);
    }

    private static boolean allDigits(String digits, int base) {
        for (int i = 0; i < digits.length(); i++) {
            if (Character.digit(digits.charAt(i), base) < 0) {
                return false;
            }
        }
        return true;
    }

    /** A number of this range. */
    long number(String what, long max) {
        int start = at;
        BigInteger value = number(what);
        if (value.compareTo(BigInteger.valueOf(max)) > 0) {
            throw error(what + " must not be larger than " + max, start);
        }
        return value.longValue();
    }

    /** A number of bytes; a decimal one may have a suffix. */
    long size(String what) {
        int start = at;
        int digits = at;
        while (digits < text.length() && isDigit(text.charAt(digits))) {
            digits++;
        }
        char suffix = digits < text.length() ? Character.toLowerCase(text.charAt(digits)) : '\0';
        long factor = suffix == 'b' ? 1 : suffix == 's' ? SECTOR : 1L << 10 * (SUFFIXES.indexOf(suffix) + 1);
        boolean decimal = digits == start + 1 || digits > start && text.charAt(start) != '0';
        boolean known = suffix == 'b' || suffix == 's' || suffix != '\0' && SUFFIXES.indexOf(suffix) >= 0;
        if (!decimal || !known) {
            return number(what, Long.MAX_VALUE);
        }
        BigInteger value = new BigInteger(text.substring(start, digits)).multiply(BigInteger.valueOf(factor));
        at = digits + 1;
        if (isLetter(peek()) || isDigit(peek())) {
            throw error(what + " is expected here: a decimal number has at most one of the suffixes b s k m g t p e", start);
        }
        if (value.bitLength() >= Long.SIZE) {
            throw error(what + " must not be larger than " + Long.MAX_VALUE, start);
        }
        return value.longValue();
    }

    /** Text in base64, up to white space or an operator. */
    byte[] base64() {
        int start = at;
        String encoded = until(" \t\n\r*[)#");
        return decodeBase64(encoded, start);
    }

    private byte[] decodeBase64(String encoded, int start) {
        byte[] bytes = Base64Text.decode(encoded);
        if (bytes == null) {
            throw error("this is no base64", start);
        }
        return bytes;
    }

    /** The rest of a string, behind its first quote. */
    byte[] string() {
        int start = at - 1;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (!atEnd() && peek() != '"') {
            if (peek() == '\\') {
                at++;
                bytes.writeBytes(escape(start));
            } else {
                int from = at;
                while (!atEnd() && peek() != '"' && peek() != '\\') {
                    at++;
                }
                bytes.writeBytes(text.substring(from, at).getBytes(StandardCharsets.UTF_8));
            }
        }
        if (atEnd()) {
            throw error("the string has no closing quote", start);
        }
        at++;
        return bytes.toByteArray();
    }

    private byte[] escape(int string) {
        if (atEnd()) {
            throw error("the string has no closing quote", string);
        }
        char c = next();
        return switch (c) {
            case 'a' -> one(7);
            case 'b' -> one('\b');
            case 'f' -> one('\f');
            case 'n' -> one('\n');
            case 'r' -> one('\r');
            case 't' -> one('\t');
            case 'v' -> one(11);
            case 'x' -> one(hex());
            case '0', '1', '2', '3', '4', '5', '6', '7' -> one(octal());
            case 'u', 'U', '8', '9' -> throw error("there is no such escape in a string; \\xNN is a byte", at - 2);
            default -> other(c);
        };
    }

    private static byte[] one(int value) {
        return new byte[] {(byte) value};
    }

    /** Any other character stands for itself. */
    private byte[] other(char c) {
        int end = Character.isHighSurrogate(c) && Character.isLowSurrogate(peek()) ? at + 1 : at;
        byte[] bytes = text.substring(at - 1, end).getBytes(StandardCharsets.UTF_8);
        at = end;
        return bytes;
    }

    private int hex() {
        int high = Character.digit(next(), 16);
        int low = high < 0 ? -1 : Character.digit(next(), 16);
        if (low < 0) {
            throw error("\\x stands before exactly two hexadecimal digits", Math.min(at, text.length()) - 1);
        }
        return high << 4 | low;
    }

    private int octal() {
        int start = at - 1;
        int value = text.charAt(start) - '0';
        for (int i = 1; i < OCTAL_DIGITS && peek() >= '0' && peek() <= '7'; i++) {
            value = value * 8 + next() - '0';
        }
        if (value > MAX_BYTE) {
            throw error("an octal escape is at most \\377", start - 1);
        }
        return value;
    }
}
