package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Parameter;
import java.nio.file.Path;
import java.util.Arrays;

/** From a declaration and a text to a value. */
final class ParameterValues {
    private ParameterValues() {
    }

    /**
     * The value: String, Long, Boolean, Duration, Double or Path, as the type demands.
     *
     * @throws ConfigException that says what would be right
     */
    static Object parse(Parameter p, String text, Path directory) {
        return switch (p.type()) {
            case STRING -> choice(p, text);
            case SIZE, RATE -> Sizes.parse(text);
            case INTEGER -> Integers.parse(text);
            case BOOLEAN -> Booleans.parse(text);
            case DELAY -> Delays.parse(text);
            case PROBABILITY -> Probabilities.parse(text);
            case PATH -> FilePaths.parse(text, directory);
            case PASSWORD -> Passwords.read(text, directory);
        };
    }

    private static String choice(Parameter p, String text) {
        if (p.choices().length > 0 && !Arrays.asList(p.choices()).contains(text)) {
            throw new ConfigException("must be one of " + String.join(", ", p.choices()));
        }
        return text;
    }
}
