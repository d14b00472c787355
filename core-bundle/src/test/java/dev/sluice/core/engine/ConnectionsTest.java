package dev.sluice.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.util.Background;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.ManualPlatform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final Connections connections = new Connections(platform);

    private Connection connection() {
        Connection c = new Connection(connections.nextId(), new SilentWire(), null, Optional.empty(), connections, null, null, null, null,
                null, null, () -> { });
        connections.started(c);
        return c;
    }

    @Test
    void connectionsAreNumberedFromOneAndListedOldestFirst() {
        Connection a = connection();
        Connection b = connection();
        assertEquals(1, a.connection());
        assertEquals(List.of(a, b), connections.all());
    }

    @Test
    void whoHasEndedIsNotListed() {
        Connection a = connection();
        connections.ended(a);
        assertEquals(List.of(), connections.all());
    }

    @Test
    void whoIsNotListedAnyMoreHasGivenItsPlaceBack() {
        List<Connection> listed = new ArrayList<>();
        Connection c = new Connection(connections.nextId(), new SilentWire(), null, Optional.empty(), connections, null, null, null, null,
                null, null, () -> listed.addAll(connections.all()));
        connections.started(c);
        connections.ended(c);
        assertEquals(List.of(c), listed);
        assertEquals(List.of(), connections.all());
    }

    @Test
    void whereClientsAreServedOneByOneTheSecondWaitsForTheFirst() throws Exception {
        Connection a = connection();
        Connection b = connection();
        assertTrue(connections.awaitTurn(a, () -> true));
        Background<Boolean> second = Background.run(() -> connections.awaitTurn(b, () -> true));
        platform.awaitWaiting("connections", 1);
        assertFalse(second.isDone());
        connections.ended(a);
        assertTrue(second.result());
    }

    @Test
    void notSoManyMayWaitThatNoThreadIsLeft() throws Exception {
        Connections few = new Connections(platform, 1);
        Connection a = connection();
        Connection b = connection();
        assertTrue(few.awaitTurn(a, () -> true));
        Background<Boolean> second = Background.run(() -> few.awaitTurn(b, () -> true));
        platform.awaitWaiting("connections", 1);
        assertFalse(few.awaitTurn(connection(), () -> true));
        few.forget(a);
        assertTrue(second.result());
    }

    @Test
    void otherwiseNobodyWaits() {
        assertTrue(connections.awaitTurn(connection(), () -> false));
        assertTrue(connections.awaitTurn(connection(), () -> false));
    }

    @Test
    void whoWaitsForATurnIsToldOfTheStop() throws Exception {
        connections.awaitTurn(connection(), () -> true);
        Connection b = connection();
        Background<Boolean> second = Background.run(() -> connections.awaitTurn(b, () -> true));
        platform.awaitWaiting("connections", 1);
        connections.stop();
        platform.advance(Duration.ofSeconds(1));
        assertFalse(second.result());
        assertTrue(connections.isStopping());
    }

    @Test
    void theEndWaitsForAllConnections() throws Exception {
        Connection a = connection();
        Background<Boolean> end = Background.run(() -> connections.awaitNone(Deadline.after(platform, Duration.ofSeconds(5))));
        platform.awaitWaiting("connections", 1);
        connections.ended(a);
        assertTrue(end.result());
    }

    @Test
    void theEndIsNotWaitedForBeyondTheDeadline() throws Exception {
        connection();
        Background<Boolean> end = Background.run(() -> connections.awaitNone(Deadline.after(platform, Duration.ofSeconds(5))));
        platform.awaitWaiting("connections", 1);
        platform.advance(Duration.ofSeconds(5));
        assertFalse(end.result());
    }

    @Test
    void aConnectionThatEndsTwiceGivesItsPlaceBackOnce() {
        AtomicInteger released = new AtomicInteger();
        Connection c = new Connection(connections.nextId(), new SilentWire(), null, Optional.empty(), connections, null, null, null, null,
                null, null, released::incrementAndGet);
        connections.started(c);
        connections.ended(c);
        connections.ended(c);
        assertEquals(1, released.get());
    }
}
