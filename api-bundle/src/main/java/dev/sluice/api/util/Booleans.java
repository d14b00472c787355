package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import java.util.Locale;

/** Yes and no in the spellings of nbdkit, in any case. See {@link Sizes} about messages. */
public final class Booleans {
    private Booleans() {
    }

    /**
     * True for {@code 1 true t yes y on}, false for {@code 0 false f no n off}.
     *
     * @throws ConfigException for any other text
     */
    public static boolean parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "1", "true", "t", "yes", "y", "on" -> true;
            case "0", "false", "f", "no", "n", "off" -> false;
            default -> throw new ConfigException("a boolean is one of 1 true t yes y on, 0 false f no n off");
        };
    }
}
