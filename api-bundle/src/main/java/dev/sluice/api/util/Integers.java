package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import java.math.BigInteger;

/**
 * Integers as C's {@code strtol} with base 0 reads them: decimal, {@code 0x} hexadecimal, or octal with a leading 0,
 * with an optional sign. See {@link Sizes} about messages.
 */
public final class Integers {
    private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private Integers() {
    }

    /**
     * The integer, -2^63 .. 2^63-1.
     *
     * @throws ConfigException if the text is no integer or too large
     */
    public static long parse(String text) {
        String s = text.stripLeading();
        boolean negative = s.startsWith("-");
        String digits = negative || s.startsWith("+") ? s.substring(1) : s;
        int base = 10;
        if (digits.startsWith("0x") || digits.startsWith("0X")) {
            base = 16;
            digits = digits.substring(2);
        } else if (digits.length() > 1 && digits.startsWith("0")) {
            base = 8;
        }
        if (digits.isEmpty() || !allDigits(digits, base)) {
            throw new ConfigException("an integer is decimal, 0x and hexadecimal digits, or 0 and octal digits");
        }
        if (digits.length() > 64) {
            digits = digits.replaceFirst("^0+(?=.)", "");
        }
        BigInteger value = digits.length() > 64 ? MAX.add(BigInteger.ONE) : new BigInteger(digits, base);
        value = negative ? value.negate() : value;
        if (value.compareTo(MIN) < 0 || value.compareTo(MAX) > 0) {
            throw new ConfigException("too large: an integer lies between -2^63 and 2^63-1");
        }
        return value.longValue();
    }

    /**
     * The integer, if it lies in this range.
     *
     * @throws ConfigException if it is not one, or outside
     */
    public static long parse(String text, long min, long max) {
        long value = parse(text);
        if (value < min || value > max) {
            throw new ConfigException(min == 0 && max == Long.MAX_VALUE
                    ? "must not be negative" : "must lie between " + min + " and " + max);
        }
        return value;
    }

    private static boolean allDigits(String digits, int base) {
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            // Character.digit also knows the digits of other scripts
            if (c > 'f' || Character.digit(c, base) < 0) {
                return false;
            }
        }
        return true;
    }
}
