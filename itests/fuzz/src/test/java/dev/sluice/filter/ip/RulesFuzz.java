package dev.sluice.filter.ip;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.Peer;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import dev.sluice.fuzz.Text;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Rules about clients: what is admitted is refused by the same rules, and nothing is looked up. */
public final class RulesFuzz implements FuzzTarget {
    private static final List<ClientInfo> CLIENTS = List.of(client(Peer.of(new InetSocketAddress("127.0.0.1", 1))),
            client(Peer.of(new InetSocketAddress("10.200.3.4", 1))), client(Peer.of(new InetSocketAddress("fe80::1", 1))),
            client(Peer.LOCAL), client(new Peer(Optional.empty(), OptionalLong.of(7), OptionalInt.of(8), OptionalInt.of(-1))));
    private static final ClientIdentity KNOWN = new ClientIdentity() {
        @Override
        public boolean tells(Property property) {
            return true;
        }

        @Override
        public Optional<String> of(ClientInfo client, Property property) {
            return client.peer().address().map(a -> "CN=somebody,O=a long organisation with a name that goes on and on and on");
        }
    };

    /** Of the fields that rules look at. */
    private static ClientInfo client(Peer peer) {
        return (ClientInfo) Proxy.newProxyInstance(ClientInfo.class.getClassLoader(), new Class<?>[] {ClientInfo.class},
                (self, method, args) -> {
                    if (method.getName().equals("peer")) {
                        return peer;
                    }
                    throw new AssertionError(method.getName() + " is not for rules");
                });
    }

    @Override
    public void test(byte[] input) {
        Rules rules;
        try {
            rules = Rules.parse("allow", Text.words(input), KNOWN);
        } catch (ConfigException e) {
            Check.oneLine(e.getMessage());
            Check.that(e.getMessage().startsWith("ip: allow="), () -> "the parameter is not named: " + e.getMessage());
            return;
        }
        for (ClientInfo client : CLIENTS) {
            boolean admitted = rules.admit(client, KNOWN);
            Check.that(!admitted || rules.refuse(client, KNOWN), () -> client.peer() + " is meant for certain, but not at all");
        }
    }
}
