package dev.sluice.api.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What one swap did.
 *
 * @param when it began
 * @param export where
 * @param what in a few words: the layer, the old and the new version
 * @param result {@code ok}, or one line that says why it was refused or rolled back
 * @param drained requests that were waited for
 * @param pause the longest that any connection's gate was shut
 * @param connections that were open
 * @param stranded calls that did not return, with thread and layer
 */
public record SwapRecord(Instant when, String export, String what, String result, long drained, Duration pause, int connections,
        List<String> stranded) {
    /** Copies the list. */
    public SwapRecord {
        stranded = List.copyOf(stranded);
    }
}
