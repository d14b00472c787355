package dev.sluice.observability;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Delays;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is switched on. Settings come from the configuration {@value #PID}; where there is none, from the framework
 * property of the same name, words such as {@code http=127.0.0.1:9639 slow=50ms}.
 *
 * @param jmx whether there are MBeans
 * @param jfr whether the flight recorder is told
 * @param http where the HTTP endpoint listens; empty: nowhere
 * @param slow from where on a request is slow
 * @param logSlow whether slow requests are logged
 * @param connections of which there are MBeans and series, at most
 */
record Settings(boolean jmx, boolean jfr, Optional<InetSocketAddress> http, Duration slow, boolean logSlow, int connections) {
    static final String PID = "dev.sluice.observability";
    private static final TreeSet<String> NAMES = new TreeSet<>(java.util.List.of("jmx", "jfr", "http", "slow", "log-slow", "connections"));

    /**
     * Reads properties; those with a dot or a colon in their name are left to tools.
     *
     * @throws ConfigException one of them is wrong; the line names it
     */
    static Settings of(Map<String, Object> properties) {
        Map<String, String> own = new TreeMap<>();
        properties.forEach((key, value) -> {
            if (key.indexOf('.') < 0 && key.indexOf(':') < 0) {
                own.put(key, String.valueOf(value));
            }
        });
        return parse(own);
    }

    /** Reads words with blanks between them. */
    static Settings of(String words) {
        Map<String, String> own = new TreeMap<>();
        for (String word : words.trim().split("\\s+")) {
            int eq = word.indexOf('=');
            if (!word.isEmpty()) {
                own.put(eq < 0 ? word : word.substring(0, eq), eq < 0 ? "true" : word.substring(eq + 1));
            }
        }
        return parse(own);
    }

    private static Settings parse(Map<String, String> own) {
        own.keySet().stream().filter(k -> !NAMES.contains(k)).findFirst().ifPresent(k -> {
            throw new ConfigException(PID + ": there is no setting '" + k + "'; there are " + String.join(", ", NAMES));
        });
        String http = own.getOrDefault("http", "");
        return new Settings(bool(own, "jmx", true), bool(own, "jfr", true), http.isEmpty() ? Optional.empty() : Optional.of(address(http)),
                delay(own.getOrDefault("slow", "100ms")), bool(own, "log-slow", false), number(own.getOrDefault("connections", "100")));
    }

    private static boolean bool(Map<String, String> own, String name, boolean otherwise) {
        String value = own.getOrDefault(name, String.valueOf(otherwise));
        if (!value.equals("true") && !value.equals("false")) {
            throw wrong(name, value, "true or false");
        }
        return value.equals("true");
    }

    private static Duration delay(String value) {
        try {
            return Delays.parse(value);
        } catch (RuntimeException e) {
            throw wrong("slow", value, "a time such as 100ms");
        }
    }

    private static int number(String value) {
        if (!value.matches("\\d{1,5}")) {
            throw wrong("connections", value, "a number from 0 to 99999");
        }
        return Integer.parseInt(value);
    }

    private static InetSocketAddress address(String value) {
        int colon = value.lastIndexOf(':');
        String host = colon < 0 ? "" : value.substring(0, colon);
        String port = value.substring(colon + 1);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
            throw wrong("http", value, "HOST:PORT, or a PORT of this machine alone,");
        }
        // without a host nobody outside is meant
        return new InetSocketAddress(host.isEmpty() ? "127.0.0.1" : host, Integer.parseInt(port));
    }

    private static ConfigException wrong(String name, String value, String right) {
        return new ConfigException(PID + ": " + name + "=" + value + ": " + right + " is meant");
    }
}
