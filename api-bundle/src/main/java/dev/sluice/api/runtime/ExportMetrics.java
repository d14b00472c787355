package dev.sluice.api.runtime;

import java.time.Duration;
import java.util.List;

/**
 * What one export has done since it started, over all its connections, those that have left included.
 *
 * @param export its configured name
 * @param operations that have come at least once
 * @param layers nearest the client first; those only that are there now
 * @param swaps that were done
 * @param swapsRefused or rolled back
 * @param paused the sum of the longest pauses of each swap
 */
public record ExportMetrics(String export, List<OperationMetrics> operations, List<LayerMetrics> layers, long swaps, long swapsRefused,
        Duration paused) {
    /** Copies the lists. */
    public ExportMetrics {
        operations = List.copyOf(operations);
        layers = List.copyOf(layers);
    }
}
