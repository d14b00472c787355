package dev.sluice.filter.error;

import java.util.Locale;

/** The kinds of requests that can be made to fail, with nbdkit's names for them. */
enum Operation {
    PREAD,
    PWRITE,
    TRIM,
    ZERO,
    EXTENTS,
    CACHE;

    /** As in parameters and messages. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
