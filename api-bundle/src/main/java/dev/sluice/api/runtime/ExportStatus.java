package dev.sluice.api.runtime;

import java.util.List;

/**
 * An export.
 *
 * @param name as configured; {@code *} for a catch-all
 * @param state now
 * @param why one line for WAITING and FAILED, and for HELD what it waits for; otherwise empty
 * @param layers nearest the client first, the plugin last
 * @param connections open now
 * @param threadModel nbdkit's word for the strictest of all layers; empty while it is not known
 */
public record ExportStatus(String name, ExportState state, String why, List<LayerStatus> layers, int connections, String threadModel) {
    /** Copies the list. */
    public ExportStatus {
        layers = List.copyOf(layers);
    }
}
