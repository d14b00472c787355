package dev.sluice.filter.ip;

import dev.sluice.api.ClientInfo;
import java.util.Optional;

/**
 * What is known of a client besides its address. The one place to change when {@link ClientInfo} tells more: the rules,
 * their syntax and the moment of the check are there already. Safe for use by several threads.
 */
interface ClientIdentity {
    /** The API tells nothing of the kind. */
    ClientIdentity UNKNOWN = new ClientIdentity() {
        @Override
        public boolean tells(Property property) {
            return false;
        }

        @Override
        public Optional<String> of(ClientInfo client, Property property) {
            return Optional.empty();
        }
    };

    /** What a rule may ask for. */
    enum Property {
        /** The distinguished name in the client's certificate. */
        DN("dn", "the name in a client's certificate"),
        /** The distinguished name of its issuer. */
        ISSUER_DN("issuer-dn", "the issuer of a client's certificate"),
        /** The label that a security module gives to the process on a Unix socket. */
        SECURITY("security", "the security label of a client");

        private final String keyword;
        private final String text;

        Property(String keyword, String text) {
            this.keyword = keyword;
            this.text = text;
        }

        /** What stands before the colon of a rule. */
        String keyword() {
            return keyword;
        }

        /** In words. */
        String text() {
            return text;
        }
    }

    /** Whether clients can have this property at all; rules about it are refused otherwise. */
    boolean tells(Property property);

    /** The property of this client; empty if it has none. */
    Optional<String> of(ClientInfo client, Property property);
}
