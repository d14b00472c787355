package dev.sluice.api.util;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The one grammar of decimal fractions that delays and probabilities share. */
final class Decimals {
    /** A number without sign; not Java's own grammar, which takes {@code 1d} and {@code NaN}. */
    static final String NUMBER = "[0-9]+(?:\\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\\.[0-9]+(?:[eE][+-]?[0-9]+)?";
    private static final Pattern SIGNED = Pattern.compile("\\s*([+-]?)(" + NUMBER + ")(.*)", Pattern.DOTALL);

    /** The sign was a minus. */
    final boolean negative;
    /** Without its sign; infinite if too large for a double. */
    final double value;
    /** What follows the number. */
    final String rest;

    private Decimals(boolean negative, double value, String rest) {
        this.negative = negative;
        this.value = value;
        this.rest = rest;
    }

    /** Null if the text does not start with a number. */
    static Decimals scan(String text) {
        Matcher m = SIGNED.matcher(text);
        return m.matches() ? new Decimals(m.group(1).equals("-"), Double.parseDouble(m.group(2)), m.group(3)) : null;
    }
}
