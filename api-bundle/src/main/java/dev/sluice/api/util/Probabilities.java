package dev.sluice.api.util;

import dev.sluice.api.ConfigException;

/**
 * Fractions as the operator writes them: {@code 0.1}, {@code 10%}, {@code 1:10}, {@code 1/10}, {@code 1e-6}. See
 * {@link Sizes} about messages.
 */
public final class Probabilities {
    private static final String RIGHT = "a probability is a number such as 0.1, 1e-6, 10%, 1:10 or 1/10";

    private Probabilities() {
    }

    /**
     * The fraction: finite, not negative, may be above 1; {@code 0/0} is 0.
     *
     * @throws ConfigException if the text is no probability
     */
    public static double parse(String text) {
        Decimals number = Decimals.scan(text);
        if (number == null) {
            throw new ConfigException(RIGHT);
        }
        double value = number.value;
        boolean negative = number.negative && value != 0;
        if (number.rest.equals("%")) {
            value /= 100;
        } else if (number.rest.startsWith(":") || number.rest.startsWith("/")) {
            Decimals below = Decimals.scan(number.rest.substring(1));
            if (below == null || !below.rest.isEmpty()) {
                throw new ConfigException(RIGHT);
            }
            negative |= below.negative && below.value != 0;
            if (below.value == 0 && value != 0) {
                throw new ConfigException("the denominator of a probability cannot be zero");
            }
            value = value == 0 ? 0 : value / below.value;
        } else if (!number.rest.isEmpty()) {
            throw new ConfigException(RIGHT);
        }
        if (negative) {
            throw new ConfigException("a probability cannot be negative");
        }
        if (!Double.isFinite(value)) {
            throw new ConfigException("too large for a probability");
        }
        return value;
    }
}
