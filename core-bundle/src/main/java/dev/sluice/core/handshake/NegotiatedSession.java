package dev.sluice.core.handshake;

import dev.sluice.api.MetaContext;
import dev.sluice.core.export.OpenExport;
import java.util.List;

/**
 * What client and server agreed on: all that the transmission phase may depend on.
 *
 * @param export open; whoever gets the session closes it
 * @param transmissionFlags as they were sent
 * @param structured structured replies (or extended headers) are on
 * @param extended extended headers are on
 * @param contexts selected, with their ids; empty if none
 */
public record NegotiatedSession(OpenExport export, int transmissionFlags, boolean structured, boolean extended,
        List<Selected> contexts) {
    /** Copies the list. */
    public NegotiatedSession {
        contexts = List.copyOf(contexts);
    }

    /**
     * A selected context.
     *
     * @param id on the wire
     * @param context which
     */
    public record Selected(int id, MetaContext context) {
    }
}
