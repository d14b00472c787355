package dev.sluice.api.runtime;

/**
 * A layer of an export.
 *
 * @param kind name of the plugin or filter
 * @param line as configured, secrets replaced by {@code ***}
 * @param bundle symbolic name and version of the bundle that serves it; empty if none does
 * @param requests answered by it so far
 * @param errors of them that failed
 * @param faults of them with something other than the API's failure type
 */
public record LayerStatus(String kind, String line, String bundle, long requests, long errors, long faults) {
}
