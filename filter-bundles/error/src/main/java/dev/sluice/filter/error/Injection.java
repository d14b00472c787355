package dev.sluice.filter.error;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdError;
import dev.sluice.api.Parameters;
import dev.sluice.api.util.Probabilities;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * How one kind of requests fails.
 *
 * @param error with what
 * @param rate how many of them, 0 .. 1
 * @param file only while this exists; null: always
 */
record Injection(NbdError error, double rate, Path file) {
    private static final Injection NEVER = new Injection(NbdError.EIO, 0, null);

    /** Whether this request fails. */
    boolean hits(DoubleSupplier dice) {
        return rate > 0 && (file == null || Files.exists(file)) && (rate >= 1 || dice.getAsDouble() < rate);
    }

    /** For each kind of requests, from the words in their order. */
    static Map<Operation, Injection> from(Parameters parameters) {
        Map<Operation, Injection> all = new EnumMap<>(Operation.class);
        for (Operation o : Operation.values()) {
            all.put(o, NEVER);
        }
        Map<String, Integer> seen = new HashMap<>();
        for (Parameters.Word word : parameters.words()) {
            int index = seen.merge(word.name(), 1, Integer::sum) - 1;
            for (Operation o : Operation.values()) {
                List<String> prefixes = List.of("error", "error-" + o.text());
                if (prefixes.contains(word.name())) {
                    all.computeIfPresent(o, (k, i) -> i.with(NbdError.valueOf(word.value())));
                } else if (prefixes.contains(parent(word.name(), "-rate"))) {
                    all.computeIfPresent(o, (k, i) -> i.with(rate(word)));
                } else if (prefixes.contains(parent(word.name(), "-file"))) {
                    Path path = parameters.paths(word.name()).get(index);
                    all.computeIfPresent(o, (k, i) -> i.with(path));
                }
            }
        }
        return all;
    }

    private Injection with(NbdError other) {
        return new Injection(other, rate, file);
    }

    private Injection with(double other) {
        return new Injection(error, other, file);
    }

    private Injection with(Path other) {
        return new Injection(error, rate, other);
    }

    private static String parent(String name, String suffix) {
        return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : "";
    }

    private static double rate(Parameters.Word word) {
        double rate = Probabilities.parse(word.value());
        if (rate > 1) {
            throw new ConfigException("error: " + word.name() + "=" + word.value() + ": must lie between 0 and 1 (100%)");
        }
        return rate;
    }
}
