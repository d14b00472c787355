package dev.sluice.filter.multiconn;

import java.util.Locale;

/** How closely is followed what a flush has to do. */
enum Tracking {
    /** Whether anybody has written. */
    FAST,
    /** Who has written and who has read. */
    CONNECTION,
    /** Not at all: every flush is done. */
    OFF;

    static Tracking of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
