package dev.sluice.filter.fua;

import java.util.Locale;

/** What the filter makes of FUA and flush. */
enum FuaMode {
    /** No FUA; flush passes. */
    NONE,
    /** FUA is a flush after the request. */
    EMULATE,
    /** FUA is offered as the layer's own. */
    NATIVE,
    /** Every request has FUA, so a flush has nothing to do. */
    FORCE,
    /** Nothing is changed. */
    PASS,
    /** Both are offered and dropped. */
    DISCARD;

    static FuaMode of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** As the operator writes it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
