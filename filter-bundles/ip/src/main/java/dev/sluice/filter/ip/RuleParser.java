package dev.sluice.filter.ip;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Integers;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** From the text of one rule to the rule. */
final class RuleParser {
    private static final String RIGHT = "a rule is one of all, allipv4, allipv6, allunix, allvsock, an IPv4 or IPv6 address with or without"
            + " /BITS, pid:N, uid:N, gid:N, vsock-cid:N, vsock-port:N, security:LABEL, dn:PATTERN, issuer-dn:PATTERN, psk:PATTERN";
    private static final long MOST = 0xffff_ffffL;

    private RuleParser() {
    }

    /**
     * The rule.
     *
     * @throws ConfigException says what would be right
     */
    static Rule parse(String text, ClientIdentity identity) {
        switch (text) {
            case "all", "any":
                return (client, known) -> Rule.Answer.YES;
            case "allipv4", "anyipv4":
                return (client, known) -> Rule.Answer.of(address(client).filter(Inet4Address.class::isInstance).isPresent());
            case "allipv6", "anyipv6":
                return (client, known) -> Rule.Answer.of(address(client).filter(Inet6Address.class::isInstance).isPresent());
            case "allunix", "anyunix":
                return (client, known) -> Rule.Answer.of(isUnix(client));
            case "allvsock", "anyvsock":
                return RuleParser::never;
            default:
                return keyword(text, identity);
        }
    }

    private static Rule keyword(String text, ClientIdentity identity) {
        int colon = text.indexOf(':');
        String argument = text.substring(colon + 1);
        switch (colon < 0 ? "" : text.substring(0, colon)) {
            case "pid":
                Integers.parse(argument, 1, MOST);
                throw new ConfigException("this server does not know the process of a client, so that the rule can't be kept;"
                        + " use uid:N or gid:N");
            case "uid":
                long uid = Integers.parse(argument, 0, MOST);
                return (client, known) -> credential(client, client.peer().uid().isPresent(),
                        () -> Integer.toUnsignedLong(client.peer().uid().getAsInt()) == uid);
            case "gid":
                long gid = Integers.parse(argument, 0, MOST);
                return (client, known) -> credential(client, client.peer().gid().isPresent(),
                        () -> Integer.toUnsignedLong(client.peer().gid().getAsInt()) == gid);
            case "vsock-cid", "vsock-port":
                Integers.parse(argument, 0, MOST);
                return RuleParser::never;
            default:
                break;
        }
        for (ClientIdentity.Property property : ClientIdentity.Property.values()) {
            if (text.startsWith(property.keyword() + ":")) {
                return property(property, argument, identity);
            }
        }
        return AddressRule.parse(text).orElseThrow(() -> new ConfigException(RIGHT));
    }

    /** No listener of this server takes vsock clients. */
    private static Rule.Answer never(ClientInfo client, ClientIdentity identity) {
        return Rule.Answer.NO;
    }

    private static Rule.Answer credential(ClientInfo client, boolean known, BooleanSupplier same) {
        if (!isUnix(client)) {
            return Rule.Answer.NO;
        }
        return known ? Rule.Answer.of(same.getAsBoolean()) : Rule.Answer.UNKNOWN;
    }

    private static Rule property(ClientIdentity.Property property, String argument, ClientIdentity identity) {
        if (argument.isEmpty()) {
            throw new ConfigException(RIGHT);
        }
        if (!identity.tells(property)) {
            throw new ConfigException("this server does not know " + property.text() + ", so that the rule can't be kept;"
                    + " use rules about addresses, users, groups and certificates");
        }
        boolean label = property == ClientIdentity.Property.SECURITY;
        Glob pattern = label ? null : new Glob(argument);
        return (client, known) -> Rule.Answer.of(known.of(client, property).filter(v -> label ? v.equals(argument) : pattern.matches(v))
                .isPresent());
    }

    static Optional<InetAddress> address(ClientInfo client) {
        return client.peer().address().map(a -> a.getAddress());
    }

    private static boolean isUnix(ClientInfo client) {
        return client.peer().address().isEmpty();
    }
}
