package dev.sluice.itests.harness;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.itests.control.Script;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/**
 * A real Felix in this JVM with the built bundles in it, everything on a temporary directory and port 0. The system
 * bundle exports dev.sluice.api.runtime and the configuration API, so that tests can use them; everything else the
 * bundles get from each other, as they do in production.
 */
public final class SluiceServer implements Server {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CORE = "dev.sluice.core";
    private static final String[] SHARED = {"dev.sluice.api.runtime;version=1.0.0", "dev.sluice.itests.control",
        "org.osgi.service.cm;version=1.6.1", "org.osgi.service.cm.annotations;version=1.6.1"};

    private final Path directory;
    private final Framework framework;
    private final TestScript script = new TestScript();
    private final ConfigurationAdmin configurations;
    private final SluiceRuntime runtime;
    private final Map<String, Configuration> listeners = new HashMap<>();
    private Path unix;
    private InetSocketAddress tcp;

    private SluiceServer(Path directory, Framework framework, List<Path> more, Map<String, Object> core) throws Exception {
        this.directory = directory;
        this.framework = framework;
        BundleContext context = framework.getBundleContext();
        context.registerService(Script.class, script, null);
        List<Bundle> bundles = new ArrayList<>();
        List<Path> jars = new ArrayList<>(bundleFiles());
        jars.addAll(more);
        for (Path jar : jars) {
            bundles.add(context.installBundle(jar.toUri().toString()));
        }
        bundles.add(install(FixtureBundle.plugin("scripted").classes(fixture("ScriptedPlugin"), fixture("ScriptedDevice"))));
        bundles.add(install(FixtureBundle.filter("passing").classes(fixture("ScriptedFilter"), fixture("ScriptedFilter$Device"),
                fixture("ScriptedPlugin"), fixture("ScriptedDevice"))));
        // the core comes last, so that it finds its configuration
        bundles.sort(Comparator.comparing(b -> b.getSymbolicName().equals(CORE)));
        for (Bundle b : bundles) {
            if (b.getSymbolicName().equals(CORE) && !core.isEmpty()) {
                service(ConfigurationAdmin.class).getConfiguration(CORE, "?").update(new Hashtable<>(core));
            }
            if (b.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
                b.start();
            }
        }
        configurations = service(ConfigurationAdmin.class);
        runtime = service(SluiceRuntime.class);
    }

    /** Starts the framework and waits until the core is there; no export and no listener yet. */
    public static SluiceServer start() throws Exception {
        return start(List.of(), Map.of());
    }

    /** As {@link #start()}, with this configuration of the core. */
    public static SluiceServer start(Map<String, Object> core) throws Exception {
        return start(List.of(), core);
    }

    /** The same with every plugin and filter of the distribution. */
    public static SluiceServer startWithAllKinds() throws Exception {
        List<String> there = bundleFiles().stream().map(Distribution::bundleName).toList();
        List<Path> others = Distribution.kinds().values().stream().filter(jar -> !there.contains(Distribution.bundleName(jar))).toList();
        return start(others, Map.of());
    }

    private static SluiceServer start(List<Path> more, Map<String, Object> core) throws Exception {
        Path directory = Files.createTempDirectory("sluice");
        Map<String, String> settings = new HashMap<>();
        settings.put(Constants.FRAMEWORK_STORAGE, directory.resolve("felix").toString());
        settings.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        settings.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, String.join(",", SHARED));
        settings.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        settings.put("felix.service.urlhandlers", "false");
        settings.put("ds.lock.timeout.milliseconds", "60000");
        Framework framework = new FrameworkFactory().newFramework(settings);
        framework.start();
        try {
            return new SluiceServer(directory, framework, more, core);
        } catch (Exception | Error e) {
            stop(framework);
            throw e;
        }
    }

    private static void stop(Framework framework) {
        try {
            framework.stop();
            if (framework.waitForStop(PATIENCE.toMillis()).getType() == FrameworkEvent.WAIT_TIMEDOUT) {
                throw new AssertionError("the framework did not stop within " + PATIENCE.toSeconds() + " s\n" + Await.threads());
            }
        } catch (BundleException | InterruptedException e) {
            throw new AssertionError("the framework did not stop", e);
        }
    }

    private static List<Path> bundleFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("sluice.bundles", "target/bundles")))) {
            return files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
        }
    }

    /** Installs and starts what TLS with shared keys takes. */
    public List<Bundle> startPsk() throws Exception {
        List<Bundle> installed = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("sluice.psk", "target/psk")))) {
            for (Path jar : files.filter(f -> f.toString().endsWith(".jar")).sorted().toList()) {
                installed.add(framework.getBundleContext().installBundle(jar.toUri().toString()));
            }
        }
        for (Bundle b : installed) {
            b.start();
        }
        return installed;
    }

    /** A fixture class by its simple name. */
    public static Class<?> fixture(String name) throws ClassNotFoundException {
        return Class.forName("dev.sluice.itests.fixture." + name);
    }

    private <T> T service(Class<T> type) throws Exception {
        ServiceTracker<T, T> tracker = new ServiceTracker<>(framework.getBundleContext(), type, null);
        tracker.open();
        T found = tracker.waitForService(PATIENCE.toMillis());
        if (found == null) {
            throw new AssertionError("no service " + type.getName() + " within " + PATIENCE.toSeconds() + " s\n" + state());
        }
        return found;
    }

    private String state() {
        StringBuilder text = new StringBuilder();
        for (Bundle b : framework.getBundleContext().getBundles()) {
            text.append(b.getState() == Bundle.ACTIVE ? "active   " : "state " + b.getState()).append(' ').append(b).append('\n');
        }
        return text.toString();
    }

    /** Configures an export and waits until it is active. */
    public Configuration export(String name, String... layers) throws Exception {
        return export(name, Map.of(), layers);
    }

    /** Configures an export with more properties and waits until it is active. */
    public Configuration export(String name, Map<String, Object> more, String... layers) throws Exception {
        Configuration c = configure(SluiceRuntime.EXPORT_PID, exportProperties(name, more, layers));
        ExportStatus status = awaitExport(name);
        if (status.state() != ExportState.ACTIVE) {
            throw new AssertionError("export '" + name + "' of " + List.of(layers) + " is " + status.state() + ": " + status.why());
        }
        return c;
    }

    /** The properties of an export. */
    public static Dictionary<String, Object> exportProperties(String name, Map<String, Object> more, String... layers) {
        Dictionary<String, Object> properties = new Hashtable<>(more);
        properties.put("name", name);
        properties.put("layers", layers);
        return properties;
    }

    /** Waits until an export is in a lasting state. */
    public ExportStatus awaitExport(String name) {
        return runtime.awaitExport(name, PATIENCE).orElseThrow(() -> new AssertionError("export '" + name + "' never came up\n" + state()));
    }

    /** Creates a factory configuration. */
    public Configuration configure(String factoryPid, Dictionary<String, Object> properties) throws IOException {
        Configuration c = configurations.createFactoryConfiguration(factoryPid, "?");
        c.update(properties);
        return c;
    }

    /** Opens a listener with more properties and waits until it listens. */
    public ListenerStatus listen(String name, String address, Map<String, Object> more) throws IOException {
        Dictionary<String, Object> properties = new Hashtable<>(more);
        properties.put("name", name);
        properties.put("address", address);
        listeners.put(name, configure(SluiceRuntime.LISTENER_PID, properties));
        ListenerStatus status = runtime.awaitListener(name, PATIENCE)
                .orElseThrow(() -> new AssertionError("listener '" + name + "' never came up\n" + state()));
        if (!status.listening()) {
            throw new AssertionError("listener '" + name + "' does not listen: " + status.why());
        }
        return status;
    }

    /** Closes a listener that {@link #listen} has opened; connections stay. */
    public void unlisten(String name) throws IOException {
        listeners.remove(name).delete();
    }

    @Override
    public Path unix() throws IOException {
        if (unix == null) {
            Path path = directory.resolve("sock");
            listen("unix", "unix:" + path, Map.of());
            unix = path;
        }
        return unix;
    }

    @Override
    public InetSocketAddress tcp() throws IOException {
        if (tcp == null) {
            tcp = tcpAddress(listen("tcp", "tcp:127.0.0.1:0", Map.of()));
        }
        return tcp;
    }

    /** The real port of a listener on the loopback address. */
    public static InetSocketAddress tcpAddress(ListenerStatus status) {
        String text = status.address();
        int port = Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
        if (port == 0) {
            throw new AssertionError("the status of a listener has no real port: " + text);
        }
        return new InetSocketAddress("127.0.0.1", port);
    }

    /** For files of the test; gone when the server closes. */
    public Path directory() {
        return directory;
    }

    /** What the core says of itself. */
    public SluiceRuntime runtime() {
        return runtime;
    }

    /** What the scripted plugin does. */
    public TestScript script() {
        return script;
    }

    /** Installs a bundle; it is not started. */
    public Bundle install(FixtureBundle fixture) throws IOException, BundleException {
        return framework.getBundleContext().installBundle(fixture.into(directory).toUri().toString());
    }

    /** The framework. */
    public BundleContext context() {
        return framework.getBundleContext();
    }

    /** The bundle with this symbolic name. */
    public Bundle bundle(String symbolicName) {
        return Stream.of(context().getBundles()).filter(b -> b.getSymbolicName().equals(symbolicName)).findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + symbolicName + "\n" + state()));
    }

    @Override
    public boolean isSluice() {
        return true;
    }

    @Override
    public int connections() {
        return runtime.connections().size();
    }

    @Override
    public void close() throws IOException {
        stop(framework);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path f : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(f);
            }
        }
    }
}
