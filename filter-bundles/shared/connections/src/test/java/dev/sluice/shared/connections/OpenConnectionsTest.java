package dev.sluice.shared.connections;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Peer;
import dev.sluice.api.contract.TestClient;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OpenConnectionsTest {
    private static final OpenConnections.Rule NEVER = (all, same) -> {
        throw new NbdException(NbdError.EPERM, "never");
    };

    private final OpenConnections connections = new OpenConnections("test");
    private final List<String> asked = new ArrayList<>();
    private final OpenConnections.Rule writeDown = (all, same) -> asked.add(all + " " + same);

    private static TestClient tcp(long connection, String host) {
        return new TestClient(connection, Peer.of(new InetSocketAddress(host, 1000 + (int) connection)), false, false);
    }

    private static TestClient unix(long connection, int uid) {
        return new TestClient(connection, new Peer(Optional.empty(), OptionalLong.empty(), OptionalInt.of(uid), OptionalInt.empty()),
                false, false);
    }

    @Test
    void theRuleIsToldHowManyAreOpenAndFromTheSamePlace() throws Exception {
        connections.open(tcp(1, "127.0.0.1"), writeDown);
        connections.open(tcp(2, "127.0.0.2"), writeDown);
        connections.open(tcp(3, "127.0.0.1"), writeDown);
        connections.greet(tcp(4, "127.0.0.1"), writeDown);
        connections.greet(tcp(5, "127.0.0.3"), writeDown);
        assertEquals(List.of("0 0", "1 0", "2 1", "3 2", "3 0"), asked);
    }

    @Test
    void aGreetingAloneCountsNothing() throws Exception {
        connections.greet(tcp(1, "127.0.0.1"), writeDown);
        connections.greet(tcp(2, "127.0.0.1"), writeDown);
        assertEquals(List.of("0 0", "0 0"), asked);
    }

    @Test
    void aConnectionWithSeveralDevicesCountsOnceUntilTheLastIsClosed() throws Exception {
        TestClient client = tcp(1, "127.0.0.1");
        connections.open(client, writeDown);
        connections.open(client, NEVER);
        connections.close(client);
        assertTrue(connections.isKnown(client));
        connections.greet(tcp(2, "127.0.0.1"), writeDown);
        connections.close(client);
        assertFalse(connections.isKnown(client));
        connections.greet(tcp(2, "127.0.0.1"), writeDown);
        assertEquals(List.of("0 0", "1 1", "0 0"), asked);
    }

    @Test
    void aRefusedOpenCountsNothing() throws Exception {
        assertThrows(NbdException.class, () -> connections.open(tcp(1, "127.0.0.1"), NEVER));
        assertFalse(connections.isKnown(tcp(1, "127.0.0.1")));
        connections.greet(tcp(2, "127.0.0.1"), writeDown);
        assertEquals(List.of("0 0"), asked);
    }

    @Test
    void whoWasConnectedToThePredecessorIsAdmitted() throws Exception {
        connections.open(tcp(1, "127.0.0.1"), writeDown);
        connections.open(tcp(2, "127.0.0.1"), writeDown);
        OpenConnections successor = new OpenConnections("test");
        successor.adopt(connections.release());
        assertDoesNotThrow(() -> successor.open(tcp(2, "127.0.0.1"), NEVER));
        assertThrows(NbdException.class, () -> successor.open(tcp(3, "127.0.0.1"), NEVER));
        successor.close(tcp(2, "127.0.0.1"));
        assertThrows(NbdException.class, () -> successor.open(tcp(2, "127.0.0.1"), NEVER));
    }

    @Test
    void theOwnStateCanBeTakenBack() throws Exception {
        TestClient client = tcp(1, "127.0.0.1");
        connections.open(client, writeDown);
        connections.adopt(connections.release());
        connections.close(client);
        assertFalse(connections.isKnown(client));
    }

    @Test
    void stateOfAnotherKindIsRefused() {
        var e = assertThrows(ConfigException.class, () -> connections.adopt(new HandOver("other", 2, Map.of())));
        assertEquals("can't take over state of format 'other' version 2, but 'test' version 1", e.getMessage());
        assertThrows(ConfigException.class, () -> connections.adopt(new HandOver("test", 1, Map.of())));
    }

    @Test
    void anOriginHasNoPortAndOnAUnixSocketItIsTheUser() {
        assertEquals("127.0.0.1", OpenConnections.origin(tcp(1, "127.0.0.1")));
        assertEquals("0:0:0:0:0:0:0:1", OpenConnections.origin(tcp(1, "::1")));
        assertEquals("unix user 1000", OpenConnections.origin(unix(1, 1000)));
        assertEquals("unix", OpenConnections.origin(new TestClient(1)));
    }
}
