package dev.sluice.plugin.nbd;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A server, and a layer that is its client. */
abstract class ServedTest {
    static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;
    FakeServer server;
    LayerHarness harness;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    FakeServer serve(int size) throws IOException {
        server = new FakeServer(size);
        return server;
    }

    LayerHarness layer(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(words));
        if (server != null && all.stream().noneMatch(w -> w.startsWith("uri=") || w.startsWith("hostname="))) {
            all.add(0, server.uri());
        }
        harness = LayerHarness.plugin(RemotePlugin::new, "nbd", all, directory);
        return harness.start();
    }

    Connection connect(String... words) throws Exception {
        return layer(words).connect();
    }

    String refused(String... words) {
        LayerHarness h = LayerHarness.plugin(RemotePlugin::new, "nbd", List.of(words), directory);
        return assertThrows(ConfigException.class, h::start).getMessage();
    }

    <T> Future<T> later(Callable<T> work) {
        return threads.submit(work);
    }

    static <T> T get(Future<T> future) throws Exception {
        return future.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    static NbdException readFails(Connection c) {
        return assertThrows(NbdException.class, () -> c.read(0, 100));
    }

    @AfterEach
    void end() throws IOException {
        if (harness != null) {
            harness.close();
            harness.context().assertNothingHeld();
        }
        if (server != null) {
            server.close();
        }
        threads.shutdownNow();
    }
}
