package dev.sluice.filter.multiconn;

import java.util.Locale;

/** What clients are told of multi-conn, and what is done for it. */
enum Mode {
    /** PLUGIN if the layer behind has multi-conn, otherwise EMULATE. */
    AUTO,
    /** A flush goes to all connections. */
    EMULATE,
    /** As the layer behind says. */
    PLUGIN,
    /** Not offered. */
    DISABLE,
    /** Offered, right or wrong. */
    UNSAFE;

    static Mode of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
