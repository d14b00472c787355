package dev.sluice.api.runtime;

import java.util.List;

/**
 * Counters of the server.
 *
 * @param exports by name
 * @param bufferBytes of direct memory that are in use for requests, replies and layers now
 * @param buffers that are in use now
 * @param buffersRefused because there was no memory for them in time
 * @param workers threads that there are for connections now
 */
public record RuntimeMetrics(List<ExportMetrics> exports, long bufferBytes, long buffers, long buffersRefused, int workers) {
    /** Copies the list. */
    public RuntimeMetrics {
        exports = List.copyOf(exports);
    }
}
