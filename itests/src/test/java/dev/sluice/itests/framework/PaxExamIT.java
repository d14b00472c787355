package dev.sluice.itests.framework;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.options;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * Inside a Felix that Pax Exam starts, with nothing taken from the test's class path: the bundles resolve and start, an
 * export serves, and a filter is replaced under a connected client.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class PaxExamIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    private BundleContext context;

    @Inject
    private SluiceRuntime runtime;

    @Inject
    private ConfigurationAdmin configurations;

    /** The bundles as they were built, and what Pax Exam needs to run tests among them. */
    @Configuration
    public Option[] framework() throws Exception {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("sluice.bundles", "target/bundles")))) {
            Option[] bundles = files.filter(f -> f.toString().endsWith(".jar")).sorted()
                    .map(f -> bundle(f.toUri().toString()).start()).toArray(Option[]::new);
            return options(cleanCaches(), junitBundles(), composite(bundles),
                    frameworkProperty("ds.lock.timeout.milliseconds").value("60000"),
                    frameworkProperty("felix.bootdelegation.implicit").value("false"));
        }
    }

    /** Takes away what a test configured. */
    @After
    public void removeConfigurations() throws Exception {
        org.osgi.service.cm.Configuration[] all = configurations.listConfigurations("(service.factoryPid=dev.sluice.*)");
        if (all != null) {
            for (org.osgi.service.cm.Configuration c : all) {
                c.delete();
            }
        }
    }

    private void configure(String factoryPid, Map<String, Object> properties) throws Exception {
        configurations.createFactoryConfiguration(factoryPid, "?").update(new Hashtable<>(properties));
    }

    private Session client(String export, String... layers) throws Exception {
        configure(SluiceRuntime.EXPORT_PID, Map.of("name", export, "layers", layers));
        configure(SluiceRuntime.LISTENER_PID, Map.of("name", "of " + export, "address", "tcp:127.0.0.1:0"));
        assertEquals(ExportState.ACTIVE, runtime.awaitExport(export, PATIENCE).orElseThrow().state());
        ListenerStatus listener = runtime.awaitListener("of " + export, PATIENCE).orElseThrow();
        assertTrue(listener.why(), listener.listening());
        int port = Integer.parseInt(listener.address().substring(listener.address().lastIndexOf(':') + 1));
        return RawNbdClient.greeted(new InetSocketAddress("127.0.0.1", port)).structured().go(export);
    }

    private void awaitActive(String export) {
        Await.until(export + " is active", () -> runtime.exports().stream()
                .anyMatch(e -> e.name().equals(export) && e.state() == ExportState.ACTIVE));
    }

    private Bundle named(String symbolicName) {
        return Arrays.stream(context.getBundles()).filter(b -> b.getSymbolicName().equals(symbolicName)).findFirst().orElseThrow();
    }

    /** Resolves, and needs nothing from outside. */
    @Test
    public void allBundlesResolveAndStart() {
        for (Bundle b : context.getBundles()) {
            if (b.getSymbolicName().startsWith("dev.sluice")) {
                assertEquals(b.toString(), Bundle.ACTIVE, b.getState());
            }
        }
    }

    /** A plugin or filter that needs another package of ours would keep it from being replaced. */
    @Test
    public void noBundleButTheApiExportsAPackageAndNoneRequiresABundle() {
        for (Bundle b : context.getBundles()) {
            if (b.getSymbolicName().startsWith("dev.sluice")) {
                assertNull(b.toString(), b.getHeaders().get(Constants.REQUIRE_BUNDLE));
                assertNull(b.toString(), b.getHeaders().get(Constants.DYNAMICIMPORT_PACKAGE));
                if (!b.getSymbolicName().equals("dev.sluice.api")) {
                    assertNull(b.toString(), b.getHeaders().get(Constants.EXPORT_PACKAGE));
                }
            }
        }
    }

    /** Plugins are many, and each says what it is. */
    @Test
    public void theKindsAreRegistered() {
        assertTrue(runtime.kinds().stream().anyMatch(k -> k.name().equals("memory") && !k.filter()));
        assertTrue(runtime.kinds().stream().anyMatch(k -> k.name().equals("nofilter") && k.filter() && k.transparent()));
    }

    /** The shortest way from bytes in to bytes out. */
    @Test
    public void anExportServes() throws Exception {
        try (Session s = client("serve", "memory 1M")) {
            byte[] data = Pattern.bytes(1, 0, 5000);
            s.write(100, data).ok();
            assertTrue(Arrays.equals(data, s.read(100, 5000).data()));
            s.disconnect();
        }
    }

    /** The first milestone: code is replaced in place, and the client that reads all the time sees only a pause. */
    @Test
    public void aFilterIsUpdatedInPlaceUnderAReadingClient() throws Exception {
        byte[] data = Pattern.bytes(2, 0, 65536);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch reading = new CountDownLatch(100);
        CountDownLatch updated = new CountDownLatch(1);
        try (Session s = client("live", "nofilter", "memory 1M")) {
            s.write(0, data).ok();
            Thread reader = new Thread(() -> {
                try {
                    while (updated.getCount() > 0) {
                        for (int i = 0; i < 50; i++) {
                            if (!Arrays.equals(data, s.read(0, data.length).data())) {
                                throw new AssertionError("other bytes than before");
                            }
                        }
                        reading.countDown();
                    }
                } catch (Throwable e) {
                    failure.set(e);
                }
            }, "reader");
            reader.start();
            try {
                Bundle nofilter = named("dev.sluice.filter.nofilter");
                for (int i = 0; i < 10; i++) {
                    try (InputStream jar = new java.net.URL(nofilter.getLocation()).openStream()) {
                        nofilter.update(jar);
                    }
                    awaitActive("live");
                }
                assertTrue("the client reads on", reading.await(60, TimeUnit.SECONDS) || failure.get() != null);
            } finally {
                updated.countDown();
                reader.join(20_000);
            }
            if (failure.get() != null) {
                throw new AssertionError("the client saw an error", failure.get());
            }
            long good = runtime.swaps().stream().filter(w -> w.export().equals("live") && w.result().startsWith("ok")).count();
            assertEquals(runtime.swaps().toString(), 10, good);
            s.disconnect();
        }
    }
}
