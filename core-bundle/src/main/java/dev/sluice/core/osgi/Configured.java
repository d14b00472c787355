package dev.sluice.core.osgi;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Delays;
import dev.sluice.api.util.Sizes;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Typed access to the properties of a configuration, with one-line errors that name the property. */
final class Configured {
    private final String what;
    private final Map<String, Object> properties;

    Configured(String what, Map<String, Object> properties) {
        this.what = what;
        this.properties = properties;
    }

    String string(String key, String fallback) {
        Object value = properties.get(key);
        return value == null ? fallback : value.toString();
    }

    List<String> strings(String key) {
        Object value = properties.get(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof String[] array) {
            return Arrays.asList(array);
        }
        if (value instanceof Collection<?> collection) {
            return collection.stream().map(String::valueOf).toList();
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

    private ConfigException wrong(String key, String value, String right) {
        return new ConfigException(what + ": " + key + "=" + value + ": " + right + " is meant");
    }
}
