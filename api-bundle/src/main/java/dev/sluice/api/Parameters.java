package dev.sluice.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The parameters of one layer, checked against its {@link Parameter} declarations. The typed methods answer with the
 * last value given, else with the declared default.
 *
 * <p>Errors, all methods: {@link IllegalArgumentException} if the name was not declared, {@link ConfigException} with
 * the operator's line if there is neither a value nor a default.
 */
@ProviderType
public interface Parameters {
    /** Whether the operator gave this key. */
    boolean has(String name);

    /** The text. */
    String string(String name);

    /** The text, or empty if neither given nor declared with a default. */
    Optional<String> optional(String name);

    /** All values of a repeatable key, in order. */
    List<String> strings(String name);

    /** Bytes. */
    long size(String name);

    /** Bytes, or empty if neither given nor declared with a default. */
    OptionalLong optionalSize(String name);

    /**
     * An integer of this range.
     *
     * @throws ConfigException if it is outside
     */
    long integer(String name, long min, long max);

    /** Yes or no. */
    boolean bool(String name);

    /** A time. */
    Duration delay(String name);

    /** A fraction, not negative; may be above 1. */
    double probability(String name);

    /** Bits per second. */
    long rate(String name);

    /** An absolute path. */
    Path path(String name);

    /** All paths of a repeatable key, in order. */
    List<Path> paths(String name);

    /** Where relative paths start, absolute: the directory in which the operator stands, or the one that the export names. */
    Path directory();

    /** The secret. */
    String password(String name);

    /** Everything that was given, in order; keys are the declared names, not the aliases. */
    List<Word> words();

    /**
     * One word of the configuration.
     *
     * @param name a declared name, or any key if the kind has {@link OpenParameters}
     * @param value its text
     */
    record Word(String name, String value) {
    }
}
