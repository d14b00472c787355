package dev.sluice.filter.ip;

import dev.sluice.api.ClientInfo;
import java.util.Optional;

/** What is known of a client besides its address. Safe for use by several threads. */
interface ClientIdentity {
    /** What TLS has proved; of labels nobody tells. */
    ClientIdentity TLS = new ClientIdentity() {
        @Override
        public boolean tells(Property property) {
            return property != Property.SECURITY;
        }

        @Override
        public Optional<String> of(ClientInfo client, Property property) {
            return switch (property) {
                case DN -> client.identity().dn();
                case ISSUER_DN -> client.identity().issuerDn();
                case PSK -> client.identity().psk();
                case SECURITY -> Optional.empty();
            };
        }
    };

    /** What a rule may ask for. */
    enum Property {
        /** The distinguished name in the client's certificate. */
        DN("dn", "the name in a client's certificate"),
        /** The distinguished name of its issuer. */
        ISSUER_DN("issuer-dn", "the issuer of a client's certificate"),
        /** The user name that belongs to the shared key of a client. */
        PSK("psk", "the shared key of a client"),
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
