package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import java.time.Duration;

/**
 * Lengths of time as the operator writes them: a decimal number and one of {@code s ms us ns}; seconds without. See
 * {@link Sizes} about messages.
 */
public final class Delays {
    private static final long MAX_SECONDS = 0xffff_ffffL;

    private Delays() {
    }

    /**
     * The time, 0 .. 2^32-1 seconds, rounded to nanoseconds.
     *
     * @throws ConfigException if the text is no time, is negative or too large
     */
    public static Duration parse(String text) {
        Decimals number = Decimals.scan(text);
        double nanos = number == null ? 0 : switch (number.rest) {
            case "", "s" -> 1e9;
            case "ms" -> 1e6;
            case "us", "\u03bcs", "\u00b5s" -> 1e3;
            case "ns" -> 1;
            default -> 0;
        };
        if (nanos == 0) {
            throw new ConfigException("a delay is a decimal number with one of the suffixes s, ms, us, ns (without: seconds)");
        }
        if (number.negative && number.value != 0) {
            throw new ConfigException("a delay cannot be negative");
        }
        if (!(number.value * nanos <= MAX_SECONDS * 1e9)) {
            throw new ConfigException("too long: a delay is at most " + MAX_SECONDS + " seconds");
        }
        return Duration.ofNanos(Math.round(number.value * nanos));
    }
}
