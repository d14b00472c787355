package dev.sluice.filter.exitlast;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdError;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExitlastTest {
    private LayerHarness harness;

    private LayerHarness start(String... words) throws Exception {
        harness = LayerHarness.filter(ExitlastFilter::new, "exitlast", List.of(words), Path.of("/"), ModelDevice.of(new byte[512])).start();
        return harness;
    }

    private boolean stops() throws Exception {
        harness.context().tasks().runDue();
        return harness.context().isShutdown();
    }

    @Test
    void theServerDoesNotStopBeforeTheFirstClient() throws Exception {
        start();
        assertFalse(stops());
    }

    @Test
    void theServerStopsWhenTheOnlyClientLeaves() throws Exception {
        Connection c = start().connect();
        assertFalse(stops());
        c.disconnect();
        assertTrue(stops());
    }

    @Test
    void theServerStopsOnlyWhenTheLastOfSeveralClientsLeaves() throws Exception {
        Connection first = start().connect();
        Connection second = harness.connect();
        first.disconnect();
        assertFalse(stops());
        second.disconnect();
        assertTrue(stops());
    }

    @Test
    void anotherClientWithinTheGraceKeepsTheServer() throws Exception {
        start("exitlast-grace=10").connect().disconnect();
        harness.context().clock().advance(Duration.ofSeconds(9));
        assertFalse(stops());
        Connection second = harness.connect();
        harness.context().clock().advance(Duration.ofSeconds(9));
        assertFalse(stops());
        second.disconnect();
        assertFalse(stops());
        harness.context().clock().advance(Duration.ofSeconds(9));
        assertFalse(stops());
        harness.context().clock().advance(Duration.ofSeconds(1));
        assertTrue(stops());
    }

    @Test
    void aSwapIsNoDeparture() throws Exception {
        start().connect();
        Connection c = harness.swap().get(0);
        assertFalse(stops());
        c = harness.rollBackLate().get(0);
        assertFalse(stops());
        harness.rollBack();
        assertFalse(stops());
        c.disconnect();
        assertTrue(stops());
    }

    @Test
    void aWaitForAnotherClientGoesOnInASwap() throws Exception {
        start("exitlast-grace=10").connect().disconnect();
        harness.swap();
        assertFalse(stops());
        harness.context().clock().advance(Duration.ofSeconds(10));
        assertTrue(stops());
    }

    @Test
    void aClientThatCouldNotOpenTheExportIsNone() throws Exception {
        start().next().refuseWith(NbdError.EIO);
        assertThrows(IOException.class, () -> harness.connect());
        assertFalse(stops());
    }

    @Test
    void clientsThatAreSentAwayBecauseTheExportEndsStopNothing() throws Exception {
        Connection c = start().connect();
        harness.context().cancellation().cancel("the export is stopped");
        c.disconnect();
        assertFalse(stops());
    }
}
