package dev.sluice.core.osgi;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Delays;
import dev.sluice.api.util.Sizes;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Typed access to the properties of a configuration, with one-line errors that name the property. */
final class Configured {
    private final String what;
    private final Map<String, Object> properties;

    Configured(String what, Map<String, Object> properties) {
        this.what = what;
        this.properties = properties;
    }

    /**
     * Refuses settings that nobody reads, because most of them are typing errors. Frameworks and tools add settings of their
     * own, with a dot or a colon in their names.
     */
    Configured only(String... known) {
        unknown(known).ifPresent(text -> {
            throw new ConfigException(text);
        });
        return this;
    }

    /** What {@link #only} would say. */
    Optional<String> unknown(String... known) {
        Set<String> names = new TreeSet<>(List.of(known));
        return properties.keySet().stream().filter(k -> k.indexOf('.') < 0 && k.indexOf(':') < 0 && !names.contains(k)).sorted().findFirst()
                .map(k -> what + ": there is no setting '" + k + "'; there are " + String.join(", ", names));
    }

    String string(String key, String fallback) {
        Object value = properties.get(key);
        if (value == null) {
            return fallback;
        }
        if (value instanceof Collection<?> || value.getClass().isArray()) {
            throw wrong(key, value instanceof Object[] array ? Arrays.toString(array) : value.toString(), "one text");
        }
        return value.toString();
    }

    /** One of these texts; the first is that of a setting that is not there. */
    String choice(String key, String... texts) {
        String value = string(key, texts[0]);
        if (!List.of(texts).contains(value)) {
            throw wrong(key, value, Stream.of(texts).filter(text -> !text.isEmpty()).collect(Collectors.joining(" or ")));
        }
        return value;
    }

    List<String> strings(String key) {
        Object value = properties.get(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof Object[] array) {
            return Arrays.stream(array).map(String::valueOf).toList();
        }
        if (value instanceof Collection<?> collection) {
            return collection.stream().map(String::valueOf).toList();
        }
        if (value instanceof Number || value instanceof Boolean || value.getClass().isArray()) {
            throw wrong(key, value.getClass().isArray() ? "[…]" : value.toString(), "a list of texts");
        }
        return List.of(value.toString());
    }

    boolean bool(String key, boolean fallback) {
        Object value = properties.get(key);
        if (value == null || value instanceof Boolean) {
            return value == null ? fallback : (Boolean) value;
        }
        String text = value.toString();
        if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
            return Boolean.parseBoolean(text);
        }
        throw wrong(key, text, "true or false");
    }

    int integer(String key, int fallback, int min, int max) {
        Object value = properties.get(key);
        if (value == null) {
            return fallback;
        }
        try {
            int n = value instanceof Number number ? Math.toIntExact(number.longValue()) : Integer.decode(value.toString());
            if (n >= min && n <= max) {
                return n;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // falls through to the one error line
        }
        throw wrong(key, value.toString(), "a number from " + min + " to " + max);
    }

    long size(String key, long fallback, long min) {
        Object value = properties.get(key);
        if (value == null) {
            return fallback;
        }
        try {
            long size = value instanceof Number number ? number.longValue() : Sizes.parse(value.toString());
            if (size >= min) {
                return size;
            }
        } catch (RuntimeException e) {
            // falls through to the one error line
        }
        throw wrong(key, value.toString(), "a size of at least " + min + " bytes, such as 1G,");
    }

    Duration delay(String key, Duration fallback) {
        Object value = properties.get(key);
        if (value == null) {
            return fallback;
        }
        try {
            return Delays.parse(value.toString());
        } catch (RuntimeException e) {
            throw wrong(key, value.toString(), "a time such as 10s or 250ms");
        }
    }

    ConfigException missing(String key, String why) {
        return new ConfigException(what + ": " + key + " is missing: " + why);
    }

    private ConfigException wrong(String key, String value, String right) {
        return new ConfigException(what + ": " + key + "=" + value + ": " + right + " is meant");
    }
}
