package dev.sluice.core.export;

import dev.sluice.api.NbdLayer;
import dev.sluice.api.util.DeclaredParameters;

/**
 * A registered plugin or filter service: makes layer objects. Safe for use by several threads.
 */
public interface Kind {
    /** The word for it. */
    String name();

    /** Whether it is a filter. */
    boolean filter();

    /** Symbolic name of its bundle. */
    String bundle();

    /** Version of its bundle. */
    String version();

    /** Where its bundle came from. */
    String location();

    /** Its class, which carries the declarations. */
    Class<?> type();

    /** What its class declares. */
    DeclaredParameters declared();

    /**
     * Makes one object.
     *
     * @throws dev.sluice.api.ConfigException the bundle can't make one, or is stopping
     */
    NbdLayer create();

    /** Gives an object back to its bundle; called once for each that was made. */
    void release(NbdLayer layer);
}
