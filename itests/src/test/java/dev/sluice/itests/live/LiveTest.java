package dev.sluice.itests.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.LayerStatus;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.SluiceControl.ChangeOptions;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.FixtureBundle;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.heap.Holders;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.function.Executable;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/** What tests of live change share: the control service, new versions of bundles, exports of their own. */
public abstract class LiveTest extends ServedTest {
    protected static final ChangeOptions NONE = ChangeOptions.NONE;
    protected static final ChangeOptions DRY = new ChangeOptions(true, false, false);
    protected static final ChangeOptions CHANGES_DATA = new ChangeOptions(false, true, false);

    private static final AtomicInteger COUNTER = new AtomicInteger();

    /** For what has to happen beside the test's own thread. */
    protected ExecutorService threads;

    protected LiveTest(String... layers) {
        super(layers);
    }

    @BeforeAll
    void startThreads() {
        threads = Executors.newCachedThreadPool(r -> new Thread(r, "live-test"));
    }

    @AfterAll
    void endThreads() {
        threads.shutdown();
    }

    @AfterEach
    void connectionsHaveEnded() {
        Await.until("all connections have ended", Duration.ofSeconds(60), () -> server.connections() == 0,
                () -> sluice().runtime().connections() + "\n" + sluice().runtime().exports());
    }

    protected SluiceControl control() {
        return sluice().context().getService(sluice().context().getServiceReference(SluiceControl.class));
    }

    /** The one line with which a change is refused. */
    protected static String refusal(Executable change) {
        RuntimeException e = assertThrows(RuntimeException.class, change);
        assertEquals("dev.sluice.api.ConfigException", e.getClass().getName(), e::toString);
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
        return e.getMessage();
    }

    protected static void assertContains(String part, String text) {
        assertTrue(text.contains(part), () -> "'" + part + "' is not in: " + text);
    }

    /** A name that no other export has. */
    protected static String unique(String prefix) {
        return prefix + COUNTER.incrementAndGet();
    }

    /** An export that is gone when it is closed. */
    protected Scratch scratch(Map<String, Object> more, String... layers) throws Exception {
        String name = unique("x");
        sluice().export(name, more, layers);
        return new Scratch(name);
    }

    protected Scratch scratch(String... layers) throws Exception {
        return scratch(Map.of(), layers);
    }

    /** The name of an export, which is deleted at the end. */
    protected final class Scratch implements AutoCloseable {
        private final String name;

        private Scratch(String name) {
            this.name = name;
        }

        /** The name. */
        public String name() {
            return name;
        }

        @Override
        public void close() {
            control().delete(name);
        }
    }

    protected ExportStatus status(String export) {
        return sluice().runtime().exports().stream().filter(e -> e.name().equals(export)).findFirst().orElseThrow();
    }

    protected void awaitState(String export, ExportState state) {
        Await.until(export + " is " + state, () -> status(export).state() == state);
    }

    protected List<String> kinds(String export) {
        return status(export).layers().stream().map(LayerStatus::kind).toList();
    }

    protected List<SwapRecord> swaps(String export) {
        return sluice().runtime().swaps().stream().filter(w -> w.export().equals(export)).toList();
    }

    protected SwapRecord lastSwap(String export) {
        return swaps(export).get(0);
    }

    /** The latest record of a swap in place comes a moment after the clients go on. */
    protected SwapRecord awaitSwap(String export, String result) {
        Await.until("a record of " + export + " says '" + result + "'", () -> !swaps(export).isEmpty()
                && lastSwap(export).result().contains(result));
        return lastSwap(export);
    }

    protected Session session(String export, int number) throws IOException {
        return Traffic.session(number % 2 == 0 ? server.address() : server.tcp(), export, number);
    }

    protected RawNbdClient anybody() throws IOException {
        return RawNbdClient.greeted(server.address());
    }

    /** All bundles of this name, whatever their version. */
    protected List<Bundle> bundles(String symbolicName) {
        return Stream.of(sluice().context().getBundles()).filter(b -> symbolicName.equals(b.getSymbolicName())).toList();
    }

    /** The only bundle of this name. */
    protected Bundle only(String symbolicName) {
        List<Bundle> all = bundles(symbolicName);
        assertEquals(1, all.size(), all::toString);
        return all.get(0);
    }

    /** A jar of the same bundle with another version. */
    protected String newVersion(String symbolicName, String version) throws IOException {
        Path directory = Files.createDirectories(sluice().directory().resolve(unique("v")));
        return Versions.of(bundles(symbolicName).get(0), version, directory).toString();
    }

    /** Installs a kind of this package, version 1.0.0, and starts it. */
    protected Bundle started(FixtureBundle fixture) throws Exception {
        Bundle bundle = sluice().install(fixture);
        bundle.start();
        return bundle;
    }

    protected static FixtureBundle changeable() throws ClassNotFoundException {
        return FixtureBundle.plugin("changeable").classes(kind("ChangeablePlugin"), kind("ChangeablePlugin$Own"), kind("ChangeableDevice"));
    }

    protected static FixtureBundle tally() throws ClassNotFoundException {
        return FixtureBundle.filter("tally").classes(kind("TallyFilter"), kind("TallyDevice"));
    }

    private static Class<?> kind(String name) throws ClassNotFoundException {
        return Class.forName("dev.sluice.itests.live.kinds." + name);
    }

    /** Updates a bundle in place with the bytes that it has. */
    protected static void update(Bundle bundle) throws Exception {
        try (var jar = Files.newInputStream(Versions.source(bundle))) {
            bundle.update(jar);
        }
    }

    /** The class loader of a bundle as it is now; who holds it is told if it is not {@link #collected}. */
    protected static WeakReference<ClassLoader> loader(Bundle bundle) {
        return new Holders.Suspect("the class loader of " + bundle + " " + bundle.getVersion(),
                bundle.adapt(BundleWiring.class).getClassLoader());
    }

    /** Waits until these class loaders were collected. */
    protected static void collected(List<WeakReference<ClassLoader>> loaders) {
        Await.until("class loaders of old code are collected", Duration.ofSeconds(60), () -> {
            System.gc();
            return loaders.stream().allMatch(l -> l.get() == null);
        }, Holders::ofAllSuspects);
    }
}
