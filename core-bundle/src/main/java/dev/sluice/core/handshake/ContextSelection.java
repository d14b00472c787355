package dev.sluice.core.handshake;

import dev.sluice.api.MetaContext;
import dev.sluice.core.handshake.NegotiatedSession.Selected;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What the last SET_META_CONTEXT selected, and for which name: it holds only for an export chosen by the same name.
 *
 * @param exportName as the client sent it
 * @param contexts in the order of selection, each once, ids from 1
 */
record ContextSelection(String exportName, List<Selected> contexts) {
    /** Nothing selected, for no export. */
    static final ContextSelection NONE = new ContextSelection("", List.of());

    /** Numbers the contexts. */
    static ContextSelection of(String exportName, Collection<MetaContext> contexts) {
        List<Selected> selected = new ArrayList<>(contexts.size());
        for (MetaContext c : contexts) {
            selected.add(new Selected(selected.size() + 1, c));
        }
        return new ContextSelection(exportName, List.copyOf(selected));
    }

    /** Those that hold for this name. */
    List<Selected> on(String name) {
        return exportName.equals(name) ? contexts : List.of();
    }
}
