package dev.sluice.itests.framework;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.LeakCheck;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Result;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.TestScript;
import dev.sluice.itests.harness.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

/** The end of the framework, and of the core in it, under connected clients. */
class ShutdownIT {
    /** A drain time that is not over before the test lets a call go, however slow the machine is. */
    private static final String LONG = "60s";

    private SluiceServer server;
    private LeakCheck before;
    private boolean closed;

    @BeforeEach
    void start() throws Exception {
        before = LeakCheck.begin();
        server = SluiceServer.start();
        server.unix();
    }

    private void export(String drain) throws Exception {
        server.export("disk", Map.of("drain", drain), "nofilter", "scripted size=1M");
    }

    @AfterEach
    void stop() throws Exception {
        close();
        before.threadsAreBack();
        before.socketsAreBack();
    }

    private void close() throws IOException {
        if (!closed) {
            closed = true;
            server.close();
        }
    }

    private Session session() throws IOException {
        return RawNbdClient.greeted(server.address()).structured().go("disk");
    }

    @Test
    void idleClientsAreClosedWhenTheFrameworkStops() throws Exception {
        export(LONG);
        try (Session a = session(); Session b = session(); RawNbdClient c = RawNbdClient.greeted(server.address())) {
            a.stillWorks();
            close();
            a.client().awaitClose();
            b.client().awaitClose();
            c.awaitClose();
        }
    }

    @Test
    void aRequestInsideIsFinishedBeforeTheFrameworkStops() throws Exception {
        export(LONG);
        TestScript.Hold hold = server.script().hold("write", 0);
        try (Session s = session(); hold) {
            long stuck = s.sendWrite(0, 0, new byte[512]);
            hold.awaitArrival();
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> {
                try {
                    close();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertTrue(s.client().channel().silentFor(Duration.ofMillis(300)));
            assertFalse(stopped.isDone());
            hold.close();
            Result r = s.result(stuck);
            assertEquals(0, r.error(), r.toString());
            stopped.get(60, TimeUnit.SECONDS);
            s.client().awaitClose();
        }
    }

    @Test
    void aCallThatNeverReturnsDoesNotKeepTheFrameworkFromStopping() throws Exception {
        export("2s");
        TestScript.Hold hold = server.script().hold("read", 4096);
        try (Session s = session(); hold) {
            s.send(0, Wire.READ, 4096, 512);
            hold.awaitArrival();
            // fails if the framework waits for the call, which is held until the end of the test
            close();
            s.client().awaitClose();
        }
    }

    @Test
    void aCoreThatIsStoppedAndStartedServesAgain() throws Exception {
        export(LONG);
        Bundle core = server.bundle("dev.sluice.core");
        try (Session s = session()) {
            s.stillWorks();
            core.stop();
            s.client().awaitClose();
        }
        core.start();
        dev.sluice.itests.harness.Await.until("the export serves again", () -> {
            try (Session s = session()) {
                return s.read(0, 512).error() == 0;
            } catch (IOException | AssertionError e) {
                return false;
            }
        });
    }

    @Test
    void clientsOfAStoppingExportAreToldWithEshutdownOrClosed() throws Exception {
        export(LONG);
        TestScript.Hold hold = server.script().hold("read", 4096);
        try (Session s = session(); hold) {
            long stuck = s.send(0, Wire.READ, 4096, 512);
            hold.awaitArrival();
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> {
                try {
                    close();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertTrue(s.client().channel().silentFor(Duration.ofMillis(200)));
            long late = s.send(0, Wire.READ, 0, 512);
            hold.close();
            s.result(stuck).ok();
            try {
                int error = s.result(late).error();
                assertTrue(error == Wire.ESHUTDOWN || error == 0, "error " + error);
            } catch (EOFException e) {
                assertTrue(e.getMessage().contains("closed"));
            }
            stopped.get(60, TimeUnit.SECONDS);
        }
    }
}
