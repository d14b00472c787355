package dev.sluice.api.runtime;

import java.util.List;

/**
 * A declared parameter; see {@code dev.sluice.api.Parameter}.
 *
 * @param name the key
 * @param aliases other spellings of it
 * @param type in lower case
 * @param choices the words that are allowed, or empty
 * @param defaultValue as text, or empty
 * @param required whether it must be given
 * @param magic whether a bare word is its value
 * @param repeatable whether it may come more than once
 * @param secret whether its value must not be shown
 * @param help one line
 */
public record ParameterStatus(String name, List<String> aliases, String type, List<String> choices, String defaultValue, boolean required,
        boolean magic, boolean repeatable, boolean secret, String help) {
    /** Copies the lists. */
    public ParameterStatus {
        aliases = List.copyOf(aliases);
        choices = List.copyOf(choices);
    }
}
