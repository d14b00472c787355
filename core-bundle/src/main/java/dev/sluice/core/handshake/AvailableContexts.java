package dev.sluice.core.handshake;

import dev.sluice.api.MetaContext;
import dev.sluice.core.export.ExportDirectory;
import dev.sluice.core.export.OpenExport;
import dev.sluice.core.protocol.WireString;
import java.util.LinkedHashSet;
import java.util.Set;

/** The metadata contexts of an export: base:allocation, which the core can always answer, and the layers' own. */
final class AvailableContexts {
    private AvailableContexts() {
    }

    /** Each once, base:allocation first; those whose name the protocol can't carry are left out. */
    static Set<MetaContext> of(OpenExport export, ExportDirectory directory) {
        Set<MetaContext> contexts = new LinkedHashSet<>();
        contexts.add(MetaContext.BASE_ALLOCATION);
        for (MetaContext c : export.contexts()) {
            if (WireString.encode(c.name()).isPresent()) {
                contexts.add(c);
            } else {
                directory.complain("export " + Texts.quoted(export.name()) + ": metadata context " + Texts.quoted(c.name())
                        + " is not offered: its name is longer than 4096 bytes, has a NUL or is not Unicode");
            }
        }
        return contexts;
    }
}
