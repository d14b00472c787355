package dev.sluice.itests.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.LeakCheck;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.TestScript;
import dev.sluice.itests.harness.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The core or the framework stops before, during and after swaps: a clean end for clients, and nothing is left over. */
class StopIT {
    private SluiceServer server;
    private LeakCheck before;
    private long files;
    private boolean closed;

    @BeforeEach
    void start() throws Exception {
        before = LeakCheck.begin();
        files = descriptors();
        server = SluiceServer.start();
        server.unix();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        close();
        before.threadsAreBack();
        before.socketsAreBack();
        Await.until("no descriptor of a file is left", () -> {
            System.gc();
            return descriptors() <= files;
        });
    }

    /** Of files that belong to the server; jars of this JVM and of old loaders come and go. */
    private static long descriptors() {
        return LeakCheck.descriptors().entrySet().stream().filter(e -> e.getKey().contains("sluice") && !e.getKey().endsWith(".jar")
                || e.getKey().contains("memfd")).mapToLong(Map.Entry::getValue).sum();
    }

    private void close() throws IOException {
        if (!closed) {
            closed = true;
            server.close();
        }
    }

    private SluiceControl control() {
        return server.context().getService(server.context().getServiceReference(SluiceControl.class));
    }

    private Session session(String export, int number) throws IOException {
        return Traffic.session(server.address(), export, number);
    }

    private void ended(Session s) throws IOException {
        try {
            assertEquals(Wire.ESHUTDOWN, s.read(0, 1).error());
            s.client().awaitClose();
        } catch (EOFException e) {
            assertTrue(e.getMessage().contains("closed"), e.getMessage());
        } catch (IOException e) {
            assertTrue(e.getMessage().contains("reset") || e.getMessage().contains("Broken pipe"), e.getMessage());
        }
    }

    @Test
    void theFrameworkStopsAfterManySwaps() throws Exception {
        Path image = Files.write(server.directory().resolve("image"), new byte[1 << 20]);
        server.export("a", "nofilter", "memory 4M");
        server.export("b", "log logfile=" + server.directory().resolve("log"), "file file=" + image);
        try (Session s = session("a", 0); Session t = session("b", 1); Session u = session("b", 2)) {
            for (String bundle : new String[] {"dev.sluice.filter.nofilter", "dev.sluice.plugin.memory", "dev.sluice.filter.log",
                "dev.sluice.plugin.file"}) {
                Path jar = Versions.of(server.bundle(bundle), "2.0.0", server.directory());
                control().upgrade(jar.toString(), SluiceControl.ChangeOptions.NONE);
                LiveTest.update(server.bundle(bundle));
                s.stillWorks();
                t.stillWorks();
                u.stillWorks();
            }
            close();
            ended(s);
            ended(t);
            ended(u);
        }
    }

    @Test
    void theFrameworkStopsWhileAnExportIsHeld() throws Exception {
        server.export("a", "nofilter", "memory 4M");
        try (Session s = session("a", 1)) {
            s.write(0, new byte[100]).ok();
            server.bundle("dev.sluice.plugin.memory").stop();
            close();
            ended(s);
        }
    }

    @Test
    void theFrameworkStopsWhileAnUpgradeDrains() throws Exception {
        server.export("a", Map.of("drain", "2s"), "nofilter", "scripted size=1M");
        TestScript.Hold hold = server.script().hold("read", 4096);
        try (Session s = session("a", 1); hold) {
            s.send(0, Wire.READ, 4096, 512);
            hold.awaitArrival();
            Path jar = Versions.of(server.bundle("dev.sluice.filter.nofilter"), "2.0.0", server.directory());
            SluiceControl control = control();
            CompletableFuture<Void> upgraded = CompletableFuture.runAsync(() -> control.upgrade(jar.toString(),
                    SluiceControl.ChangeOptions.NONE));
            close();
            s.client().awaitClose();
            upgraded.handle((done, refused) -> refused).get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void theCoreStopsUnderTrafficAndServesAgain() throws Exception {
        server.export("a", "nofilter", "memory 4M");
        try (Session s = session("a", 1); Session t = session("a", 2)) {
            s.write(0, new byte[100]).ok();
            server.bundle("dev.sluice.core").stop();
            ended(s);
            ended(t);
        }
        server.bundle("dev.sluice.core").start();
        Await.until("the export serves again", () -> {
            try (Session s = session("a", 1)) {
                return s.read(0, 512).error() == 0;
            } catch (IOException | AssertionError e) {
                return false;
            }
        });
        Path jar = Versions.of(server.bundle("dev.sluice.filter.nofilter"), "2.0.0", server.directory());
        try (Session s = session("a", 1)) {
            control().upgrade(jar.toString(), SluiceControl.ChangeOptions.NONE);
            s.stillWorks();
        }
    }

    @Test
    void theFrameworkStopsWithACallThatNeverReturns() throws Exception {
        server.export("a", Map.of("drain", "500ms"), "nofilter", "scripted size=1M");
        TestScript.Hold hold = server.script().hold("write", 0);
        try (Session s = session("a", 1); Session t = session("a", 0); hold) {
            s.sendWrite(0, 0, new byte[100]);
            hold.awaitArrival();
            // fails if the framework waits for the call, which is held until the end of the test
            close();
            s.client().awaitClose();
            t.client().awaitClose();
        }
    }
}
