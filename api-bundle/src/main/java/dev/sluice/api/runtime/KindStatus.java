package dev.sluice.api.runtime;

import java.util.List;

/**
 * A plugin or filter that is registered.
 *
 * @param name the word for it
 * @param filter whether it is a filter
 * @param version of its bundle
 * @param bundle its symbolic name
 * @param location where the bundle came from
 * @param help one sentence
 * @param transparent filters only: changes neither bytes nor effects
 * @param open whether it takes keys that it doesn't declare
 * @param parameters as declared
 */
public record KindStatus(String name, boolean filter, String version, String bundle, String location, String help, boolean transparent,
        boolean open, List<ParameterStatus> parameters) {
    /** Copies the list. */
    public KindStatus {
        parameters = List.copyOf(parameters);
    }
}
