package dev.sluice.filter.stats;

import java.util.Locale;

/** The kinds of requests, in the order in which they are written. */
enum Operation {
    READ,
    WRITE,
    TRIM,
    ZERO,
    EXTENTS,
    CACHE,
    FLUSH;

    static final Operation[] ALL = values();

    /** As it is written. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
