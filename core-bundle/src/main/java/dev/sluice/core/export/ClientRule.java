package dev.sluice.core.export;

import dev.sluice.api.ConfigException;
import dev.sluice.api.TlsIdentity;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Some clients, by what TLS has proved of them: {@code dn:}, {@code issuer-dn:}, {@code san:} or {@code psk:} and a pattern,
 * in which {@code *} stands for any text and {@code ?} for any character; the whole name must match. Immutable.
 *
 * @param text as configured
 * @param kind what it looks at
 * @param pattern of the whole name
 */
record ClientRule(String text, Kind kind, Pattern pattern) {
    private static final String RIGHT = "dn:NAME, issuer-dn:NAME, san:KIND:NAME or psk:USER is meant";

    /** What of an identity a rule looks at. */
    enum Kind {
        DN("dn:"), ISSUER_DN("issuer-dn:"), SAN("san:"), PSK("psk:");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }

        private Stream<String> namesOf(TlsIdentity client) {
            return switch (this) {
                case DN -> client.dn().stream();
                case ISSUER_DN -> client.issuerDn().stream();
                case SAN -> client.altNames().stream();
                case PSK -> client.psk().stream();
            };
        }
    }

    /**
     * From its text.
     *
     * @throws ConfigException in one line
     */
    static ClientRule parse(String text) {
        Optional<Kind> kind = Stream.of(Kind.values()).filter(k -> text.startsWith(k.prefix) && text.length() > k.prefix.length())
                .findFirst();
        if (kind.isEmpty()) {
            throw new ConfigException("'" + text + "' names no clients; " + RIGHT);
        }
        StringBuilder regex = new StringBuilder();
        for (char c : text.substring(kind.get().prefix.length()).toCharArray()) {
            regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        return new ClientRule(text, kind.get(), Pattern.compile(regex.toString(), Pattern.DOTALL));
    }

    /** Whether one of these rules means the client. */
    static boolean any(List<ClientRule> rules, TlsIdentity client) {
        return rules.stream().anyMatch(rule -> rule.kind.namesOf(client).anyMatch(name -> rule.pattern.matcher(name).matches()));
    }

    @Override
    public boolean equals(Object other) {
        // A Pattern is equal to itself alone.
        return other instanceof ClientRule rule && rule.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
