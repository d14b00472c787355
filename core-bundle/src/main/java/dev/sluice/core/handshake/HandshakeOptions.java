package dev.sluice.core.handshake;

import java.util.Optional;

/**
 * How a listener negotiates.
 *
 * @param style newstyle or oldstyle
 * @param handshakeFlags server flags to offer, at most 3 (FIXED_NEWSTYLE, NO_ZEROES)
 * @param structuredReplies whether to offer structured replies
 * @param metaContexts whether to offer metadata contexts
 * @param extendedHeaders whether to offer extended headers
 * @param tls off, on or require
 * @param oldstyleExport what oldstyle clients get
 * @param maxOptions bound on options, see {@code Limits.MAX_OPTIONS}
 * @param requireBlockSize answer ERR_BLOCK_SIZE_REQD to clients that do not ask for constraints that are not default
 */
public record HandshakeOptions(Style style, int handshakeFlags, boolean structuredReplies, boolean metaContexts, boolean extendedHeaders,
        Tls tls, Optional<String> oldstyleExport, int maxOptions, boolean requireBlockSize) {
    /** nbdkit's defaults, with extended headers. */
    public static final HandshakeOptions DEFAULT =
            new HandshakeOptions(Style.NEWSTYLE, 3, true, true, true, Tls.OFF, Optional.empty(), 32, false);

    /** Which greeting. */
    public enum Style {
        /** Options are negotiated. */
        NEWSTYLE,
        /** Size and flags at once. */
        OLDSTYLE
    }

    /** Whether STARTTLS is offered. */
    public enum Tls {
        /** Refused by policy. */
        OFF,
        /** Offered. */
        ON,
        /** Demanded before anything else. */
        REQUIRE
    }
}
