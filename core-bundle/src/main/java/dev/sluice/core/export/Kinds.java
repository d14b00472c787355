package dev.sluice.core.export;

import java.util.List;
import java.util.Optional;

/** The plugins and filters that are registered now: a seam in front of the service registry. */
public interface Kinds {
    /** The one that a new layer of this name gets: highest bundle version, then service ranking, then bundle id. */
    Optional<Kind> find(boolean filter, String name);

    /** By name; where several serve one name, the one that {@link #find} gives. */
    List<Kind> all();

    /** Hears of changes. */
    interface Listener {
        /** A kind was registered; called on the registering thread, returns quickly. */
        void arrived(Kind kind);

        /** A kind is going: nothing of it may be used when this returns. Called on the stopping thread, may drain. */
        void leaving(Kind kind);
    }
}
