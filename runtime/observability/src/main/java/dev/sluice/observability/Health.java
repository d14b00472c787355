package dev.sluice.observability;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.ListenerStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether the server lives and whether it serves.
 *
 * @param level how bad it is
 * @param lines what there is to say: one for each thing that is not as it should be, or that all is
 */
record Health(Level level, List<String> lines) {
    /** From good to bad. */
    enum Level {
        /** As it should be. */
        OK,
        /** Clients wait, and will be served. */
        TEMPORARY,
        /** Not so. */
        BAD
    }

    /** It lives if its core answers: whoever calls this has to bound the wait. */
    static Health alive(Snapshot snapshot) {
        Snapshot.State now = snapshot.get();
        return new Health(Level.OK, List.of("the core answers: " + now.exports().size() + " exports, " + now.connections().size()
                + " connections"));
    }

    /** It serves if somebody listens, and all exports that are switched on are there. */
    static Health ready(Snapshot snapshot) {
        Snapshot.State now = snapshot.get();
        List<String> lines = new ArrayList<>();
        Level level = Level.OK;
        for (ListenerStatus l : now.listeners()) {
            if (!l.listening()) {
                lines.add("listener " + l.name() + " does not listen: " + l.why());
                level = Level.BAD;
            }
        }
        if (now.listeners().isEmpty()) {
            lines.add("there is no listener");
            level = Level.BAD;
        }
        if (now.exports().isEmpty()) {
            lines.add("there is no export");
            level = Level.BAD;
        }
        for (ExportStatus e : now.exports()) {
            Level of = level(e.state());
            if (of != Level.OK) {
                lines.add("export " + e.name() + " is " + e.state().name().toLowerCase(Locale.ROOT) + (e.why().isEmpty() ? "" : ": ")
                        + e.why());
                level = of.compareTo(level) > 0 ? of : level;
            }
        }
        if (lines.isEmpty()) {
            lines.add(now.listeners().size() + " listeners listen, " + now.exports().size() + " exports are served or switched off");
        }
        return new Health(level, lines);
    }

    private static Level level(ExportState state) {
        return switch (state) {
            case ACTIVE, DISABLED -> Level.OK;
            case STARTING, HELD, STOPPING -> Level.TEMPORARY;
            case WAITING, FAILED -> Level.BAD;
        };
    }
}
