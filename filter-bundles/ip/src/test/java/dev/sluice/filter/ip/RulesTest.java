package dev.sluice.filter.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.TlsIdentity;
import dev.sluice.api.contract.TestClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RulesTest {
    private static final String RIGHT = "a rule is one of all, allipv4, allipv6, allunix, allvsock, an IPv4 or IPv6 address with or without"
            + " /BITS, pid:N, uid:N, gid:N, vsock-cid:N, vsock-port:N, security:LABEL, dn:PATTERN, issuer-dn:PATTERN, psk:PATTERN";

    private static boolean means(String rule, ClientInfo client) {
        Rules rules = Rules.parse("allow", List.of(rule), ClientIdentity.TLS);
        boolean certain = rules.admit(client, ClientIdentity.TLS);
        assertEquals(certain, rules.refuse(client, ClientIdentity.TLS));
        return certain;
    }

    private static void refused(String rule, String message) {
        var e = assertThrows(ConfigException.class, () -> Rules.parse("deny", List.of(rule), ClientIdentity.TLS));
        assertEquals("ip: deny=" + rule + ": " + message, e.getMessage());
    }

    /** Knows everything that is in the map, of every client. */
    private static ClientIdentity knowing(Map<ClientIdentity.Property, String> properties) {
        return new ClientIdentity() {
            @Override
            public boolean tells(Property property) {
                return true;
            }

            @Override
            public Optional<String> of(ClientInfo client, Property property) {
                return Optional.ofNullable(properties.get(property));
            }
        };
    }

    private static boolean admits(String rule, Map<ClientIdentity.Property, String> properties) {
        ClientIdentity identity = knowing(properties);
        return Rules.parse("allow", List.of(rule), identity).admit(Peers.local(), identity);
    }

    @Test
    void allMeansEverybody() {
        for (String rule : List.of("all", "any")) {
            assertTrue(means(rule, Peers.tcp("1.2.3.4")));
            assertTrue(means(rule, Peers.tcp("::1")));
            assertTrue(means(rule, Peers.local()));
        }
    }

    @Test
    void familiesAreKeptApart() {
        List<ClientInfo> clients = List.of(Peers.tcp("1.2.3.4"), Peers.tcp("2001:db8::1"), Peers.local());
        List<List<String>> rules = List.of(List.of("allipv4", "anyipv4"), List.of("allipv6", "anyipv6"), List.of("allunix", "anyunix"));
        for (int family = 0; family < 3; family++) {
            for (String rule : rules.get(family)) {
                for (int client = 0; client < 3; client++) {
                    assertEquals(family == client, means(rule, clients.get(client)), rule + " " + clients.get(client).peer());
                }
            }
        }
    }

    @Test
    void thereAreNoVsockClients() {
        for (String rule : List.of("allvsock", "anyvsock", "vsock-cid:2", "vsock-port:10809")) {
            assertFalse(means(rule, Peers.tcp("1.2.3.4")));
            assertFalse(means(rule, Peers.local()));
        }
    }

    @Test
    void oneAddressIsMeant() {
        assertTrue(means("1.2.3.4", Peers.tcp("1.2.3.4")));
        assertFalse(means("1.2.3.4", Peers.tcp("1.2.3.5")));
        assertFalse(means("1.2.3.4", Peers.tcp("::1")));
        assertFalse(means("1.2.3.4", Peers.local()));
        assertTrue(means("2001:DB8:0::1", Peers.tcp("2001:db8::1")));
        assertFalse(means("2001:db8::1", Peers.tcp("2001:db8::2")));
    }

    @Test
    void anIpv4AddressInsideOfAnIpv6OneIsThatIpv4Address() {
        assertTrue(means("::ffff:1.2.3.4", Peers.tcp("1.2.3.4")));
        assertTrue(means("1.2.3.4", Peers.tcp("::ffff:1.2.3.4")));
    }

    @Test
    void networksAreComparedBitByBit() {
        assertTrue(means("192.168.2.0/24", Peers.tcp("192.168.2.255")));
        assertFalse(means("192.168.2.0/24", Peers.tcp("192.168.3.0")));
        assertTrue(means("192.168.2.77/24", Peers.tcp("192.168.2.1")));
        assertTrue(means("192.168.2.128/25", Peers.tcp("192.168.2.200")));
        assertFalse(means("192.168.2.128/25", Peers.tcp("192.168.2.127")));
        assertTrue(means("10.0.0.0/9", Peers.tcp("10.127.255.255")));
        assertFalse(means("10.0.0.0/9", Peers.tcp("10.128.0.0")));
        assertTrue(means("0.0.0.0/0", Peers.tcp("255.255.255.255")));
        assertFalse(means("0.0.0.0/0", Peers.tcp("::1")));
        assertTrue(means("1.2.3.4/32", Peers.tcp("1.2.3.4")));
        assertFalse(means("1.2.3.4/32", Peers.tcp("1.2.3.5")));
        assertTrue(means("2001:db8::/33", Peers.tcp("2001:db8:7fff::1")));
        assertFalse(means("2001:db8::/33", Peers.tcp("2001:db8:8000::1")));
        assertTrue(means("::/0", Peers.tcp("::1")));
        assertTrue(means("::1/128", Peers.tcp("::1")));
    }

    @Test
    void userAndGroupAreMeantOnAUnixSocketOnly() {
        ClientInfo client = Peers.unix(77, 1000, 100);
        for (String rule : List.of("uid:1000", "gid:100", "uid:0x3e8")) {
            assertTrue(means(rule, client), rule);
            assertFalse(means(rule, Peers.tcp("1.2.3.4")), rule);
        }
        for (String rule : List.of("uid:100", "gid:1000", "uid:0")) {
            assertFalse(means(rule, client), rule);
        }
        assertTrue(means("uid:4294967294", Peers.unix(1, -2, -2)));
    }

    @Test
    void aUserWhoIsNotKnownIsNeitherAdmittedNorLetThrough() {
        for (String rule : List.of("uid:1000", "gid:100")) {
            Rules rules = Rules.parse("allow", List.of(rule), ClientIdentity.TLS);
            assertFalse(rules.admit(Peers.local(), ClientIdentity.TLS));
            assertTrue(rules.refuse(Peers.local(), ClientIdentity.TLS));
        }
    }

    @Test
    void severalRulesStandInOneWordOrInSeveral() {
        Rules rules = Rules.parse("allow", List.of("1.1.1.1,::1", "uid:5"), ClientIdentity.TLS);
        assertTrue(rules.admit(Peers.tcp("1.1.1.1"), ClientIdentity.TLS));
        assertTrue(rules.admit(Peers.tcp("::1"), ClientIdentity.TLS));
        assertTrue(rules.admit(Peers.unix(1, 5, 1), ClientIdentity.TLS));
        assertFalse(rules.admit(Peers.tcp("1.1.1.2"), ClientIdentity.TLS));
    }

    @Test
    void whatIsNoRuleIsRefused() {
        for (String rule : List.of("", "localhost", "ALL", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.x", "::1::", "fe80::1%lo", ":", "all ",
                "pid", "dn:", "security:", "user:1", "12345::")) {
            refused(rule, RIGHT);
        }
        refused("pid:0", "must lie between 1 and 4294967295");
        refused("pid:77", "this server does not know the process of a client, so that the rule can't be kept; use uid:N or gid:N");
        refused("uid:-1", "must lie between 0 and 4294967295");
        refused("gid:x", "an integer is decimal, 0x and hexadecimal digits, or 0 and octal digits");
        refused("vsock-cid:4294967296", "must lie between 0 and 4294967295");
        refused("1.2.3.4/33", "the number of bits lies between 0 and 32, not '33'");
        refused("1.2.3.4/", "the number of bits lies between 0 and 32, not ''");
        refused("1.2.3.4/255.0.0.0", "the number of bits lies between 0 and 32, not '255.0.0.0'");
        refused("::1/129", "the number of bits lies between 0 and 128, not '129'");
        assertEquals("ip: allow=b: " + RIGHT,
                assertThrows(ConfigException.class, () -> Rules.parse("allow", List.of("all,b"), ClientIdentity.TLS)).getMessage());
    }

    @Test
    void rulesThatThisServerCannotKeepAreRefused() {
        refused("security:user_u", "this server does not know the security label of a client, so that the rule can't be kept;"
                + " use rules about addresses, users, groups and certificates");
    }

    @Test
    void namesInCertificatesAreMatchedAsAWholeWithTheirCommas() {
        Map<ClientIdentity.Property, String> client = Map.of(ClientIdentity.Property.DN, "CN=anna,O=Lock keepers",
                ClientIdentity.Property.ISSUER_DN, "CN=Canal CA");
        assertTrue(admits("dn:CN=anna,O=Lock keepers", client));
        assertTrue(admits("dn:*,O=Lock*", client));
        assertFalse(admits("dn:CN=anna", client));
        assertTrue(admits("issuer-dn:CN=Canal ?A", client));
        assertFalse(admits("issuer-dn:CN=anna*", client));
        assertFalse(admits("dn:*", Map.of()));
    }

    @Test
    void whatTlsHasProvedIsKnown() {
        TestClient anna = Peers.proved(new TlsIdentity(Optional.of("CN=anna,O=Lock keepers"), Optional.of("CN=Canal CA"), List.of(),
                Optional.empty()));
        TestClient ben = Peers.proved(TlsIdentity.ofKey("ben"));
        assertTrue(means("dn:CN=anna,*", anna));
        assertTrue(means("issuer-dn:CN=Canal CA", anna));
        assertFalse(means("psk:*", anna));
        assertTrue(means("psk:b?n", ben));
        assertFalse(means("dn:*", ben));
        for (String rule : List.of("dn:*", "issuer-dn:*", "psk:*")) {
            assertFalse(means(rule, Peers.local()), rule);
        }
    }

    @Test
    void labelsAreComparedAsTheyAre() {
        Map<ClientIdentity.Property, String> client = Map.of(ClientIdentity.Property.SECURITY, "user_u:r:t:s0");
        assertTrue(admits("security:user_u:r:t:s0", client));
        assertFalse(admits("security:user_u*", client));
    }

    @Test
    void onlyRulesAboutCertificatesNeedTls() {
        ClientIdentity identity = knowing(Map.of());
        assertFalse(Rules.parse("allow", List.of("security:a", "all"), identity).needTls());
        assertTrue(Rules.parse("allow", List.of("all", "dn:a"), identity).needTls());
        assertTrue(Rules.parse("allow", List.of("issuer-dn:a"), identity).needTls());
    }
}
