package dev.sluice.filter.ip;

import dev.sluice.api.ClientInfo;

/** One rule of a list. Immutable. */
@FunctionalInterface
interface Rule {
    /** Whether a client is meant. */
    enum Answer {
        YES, NO,
        /** It can't be told: such a client is not admitted by the rule, and turned away by it. */
        UNKNOWN;

        static Answer of(boolean yes) {
            return yes ? YES : NO;
        }
    }

    /** Whether this client is meant. */
    Answer matches(ClientInfo client, ClientIdentity identity);
}
