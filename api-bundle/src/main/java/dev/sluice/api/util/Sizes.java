package dev.sluice.api.util;

import dev.sluice.api.ConfigException;

/**
 * Numbers of bytes as the operator writes them: decimal digits and at most one suffix. {@code b} is 1, {@code s} is a
 * sector of 512, {@code k m g t p e} are powers of 1024; either case.
 *
 * <p>As in all parsers of this package the message of the {@link ConfigException} says what would be right, and the
 * caller puts the name and the text of the input in front of it.
 */
public final class Sizes {
    private static final String RIGHT = "a size is a decimal number with at most one of the suffixes b, s, k, m, g, t, p, e";

    private Sizes() {
    }

    /**
     * The size in bytes, 0 .. 2^63-1.
     *
     * @throws ConfigException if the text is no size, is negative or too large
     */
    public static long parse(String text) {
        String s = text.stripLeading();
        int at = s.startsWith("+") || s.startsWith("-") ? 1 : 0;
        int digits = at;
        long value = 0;
        boolean overflow = false;
        while (at < s.length() && s.charAt(at) >= '0' && s.charAt(at) <= '9') {
            int digit = s.charAt(at) - '0';
            overflow |= value > (Long.MAX_VALUE - digit) / 10;
            value = overflow ? value : value * 10 + digit;
            at++;
        }
        if (at == digits) {
            throw new ConfigException(RIGHT);
        }
        long factor = 1;
        if (at < s.length()) {
            factor = factor(s.charAt(at));
            at++;
        }
        if (factor == 0 || at < s.length()) {
            throw new ConfigException(RIGHT);
        }
        if (s.startsWith("-")) {
            throw new ConfigException("a size cannot be negative");
        }
        if (overflow || value > Long.MAX_VALUE / factor) {
            throw new ConfigException("too large: a size is at most 9223372036854775807 bytes");
        }
        return value * factor;
    }

    private static long factor(char suffix) {
        return switch (suffix) {
            case 'b', 'B' -> 1;
            case 's', 'S' -> 512;
            case 'k', 'K' -> 1L << 10;
            case 'm', 'M' -> 1L << 20;
            case 'g', 'G' -> 1L << 30;
            case 't', 'T' -> 1L << 40;
            case 'p', 'P' -> 1L << 50;
            case 'e', 'E' -> 1L << 60;
            default -> 0;
        };
    }

    /** The shortest text that {@link #parse} reads back as this size: {@code 1048576} gives {@code 1M}. */
    public static String format(long bytes) {
        String suffixes = "EPTGMK";
        for (int i = 0; i < suffixes.length(); i++) {
            long factor = factor(suffixes.charAt(i));
            if (bytes != 0 && bytes % factor == 0) {
                return bytes / factor + suffixes.substring(i, i + 1);
            }
        }
        return Long.toString(bytes);
    }
}
