package dev.sluice.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.felix.framework.Felix;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.util.tracker.ServiceTracker;

/** Felix with the bundles of the distribution. Used by the main thread; what starts more bundles by any. */
final class Container {
    private static final long SERVICE_SECONDS = 60;
    private static final long STOP_SECONDS = 60;
    /** What to show to monitors, in words that the bundle of this name reads from a property of this name. */
    private static final String OBSERVABILITY = "dev.sluice.observability";

    private final Distribution distribution;
    private final Console console;
    private final Framework framework;
    private final Set<Path> started = new HashSet<>();
    private final boolean inDirectory;
    private final boolean observed;
    /** Whether there is a bundle that is not of the distribution. */
    private volatile boolean stranger;
    private volatile boolean closing;

    /**
     * Makes the framework, without starting it.
     *
     * @param cache where Felix keeps copies of the bundles: fresh, of this process alone. Copies, because a rebuilt
     *     distribution must not change the code under a running server.
     * @param inDirectory whether this is a server in a directory, whose own bundle starts plugins and filters
     * @param classPath base bundles that need no copy; empty: all are copied
     */
    Container(Distribution distribution, Path cache, boolean inDirectory, Optional<ClassPathBundles> classPath, Console console) {
        this.distribution = distribution;
        this.inDirectory = inDirectory;
        this.console = console;
        Map<String, Object> configuration = new HashMap<>();
        configuration.put(Constants.FRAMEWORK_STORAGE, cache.toString());
        configuration.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        configuration.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        configuration.put("felix.service.urlhandlers", "false");
        configuration.put("felix.cache.locking", "false");
        configuration.put(Constants.FRAMEWORK_SYSTEMPACKAGES, SystemPackages.list());
        // nothing extends the framework itself, and looking for a way into the class loader takes time
        configuration.put("felix.extensions.disable", "true");
        // a handful of bundles is resolved sooner than threads are made
        configuration.put("felix.resolver.parallelism", "1");
        // Gogo's own shell reads nothing: commands come through the daemon's socket
        configuration.put("gosh.args", "--nointeractive --noshutdown");
        configuration.put("felix.log.level", "2");
        configuration.put("felix.log.logger", new FrameworkLog(console));
        // longer than any drain: SCR gives up waiting for an unbind after this
        configuration.put("ds.lock.timeout.milliseconds", "60000");
        configuration.put("ds.stop.timeout.milliseconds", "60000");
        String words = System.getenv("SLUICE_OBSERVABILITY");
        observed = words != null && !words.isBlank();
        if (observed) {
            configuration.put(OBSERVABILITY, words);
        }
        framework = classPath.isPresent() ? new Felix(configuration, classPath.get()) : new Felix(configuration);
    }

    /**
     * Starts Felix, the base bundles, and the plugins and filters that the command line names.
     *
     * @throws BundleException if Felix or a base bundle does not start
     */
    void start(List<String> argv, BiFunction<String, Object, Object> launcher) throws BundleException, IOException {
        framework.start();
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(LauncherService.PROPERTY, Boolean.TRUE);
        framework.getBundleContext().registerService(BiFunction.class, launcher, properties);
        List<Bundle> base = new ArrayList<>();
        for (Path jar : inDirectory ? distribution.server() : distribution.base()) {
            base.add(install(jar));
        }
        // so that all jars of the class path are open, whatever happens to their names and to the user of this process later
        ClassLoader.getSystemResource("META-INF/none");
        // all at once, which is quicker than one after the other; what can't be resolved fails when it is started
        framework.adapt(FrameworkWiring.class).resolveBundles(base);
        for (Bundle bundle : base) {
            bundle.start();
        }
        if (!inDirectory) {
            distribution.named(argv).forEach(this::startKind);
        }
    }

    /**
     * Starts what nobody had to wait for: what shows the server to monitors, if that is wished, and the plugins and filters
     * that are not started yet, if there is somebody who might ask for them. The layers of a server of a command line stay as
     * they are; only a bundle of another's could change them, by {@code SluiceControl}.
     */
    void startLate() throws IOException {
        if (observed) {
            distribution.observability().forEach(this::startKind);
        }
        if (stranger) {
            startKinds();
        }
    }

    /** Starts the plugins and filters that are not started yet; a server in a directory starts its own. */
    void startKinds() throws IOException {
        if (inDirectory) {
            return;
        }
        for (Path jar : distribution.kinds()) {
            if (closing) {
                return;
            }
            startKind(jar);
        }
    }

    /**
     * Starts a part of the distribution that is left out until somebody needs it; once started it stays.
     *
     * @throws BundleException one of its bundles does not start, or there is no such part
     */
    void startPart(String name) throws BundleException, IOException {
        List<Path> jars = distribution.part(name);
        if (jars.isEmpty()) {
            throw new BundleException("the distribution has no part " + name);
        }
        synchronized (started) {
            List<Bundle> fresh = new ArrayList<>();
            for (Path jar : jars) {
                if (!started.contains(jar)) {
                    fresh.add(install(jar));
                }
            }
            for (Bundle bundle : fresh) {
                bundle.start();
            }
            started.addAll(jars);
        }
    }

    /**
     * Starts a plugin or filter from a file that is not one of the distribution's.
     *
     * @return its location
     * @throws BundleException it is no bundle, or does not start
     */
    String startKindFrom(Path jar) throws BundleException {
        stranger = true;
        Bundle bundle = install(jar);
        bundle.start();
        return bundle.getLocation();
    }

    /**
     * The service of the command line bundle.
     *
     * @throws IllegalStateException if it doesn't come within a minute; the text says which bundles are to blame
     */
    Callable<?> commandLine() throws InterruptedException {
        BundleContext context = framework.getBundleContext();
        ServiceTracker<Callable<?>, Callable<?>> tracker = new ServiceTracker<>(context, commandLineFilter(context), null);
        tracker.open();
        Callable<?> service = tracker.waitForService(TimeUnit.SECONDS.toMillis(SERVICE_SECONDS));
        if (service == null) {
            throw new IllegalStateException("the command line did not come up within " + SERVICE_SECONDS + " seconds; " + notActive());
        }
        return service;
    }

    /**
     * Stops the core first, so that clients are sent away in good order while all their layers are still there, then
     * the rest. Waits a minute at most for the whole.
     */
    void stop() throws BundleException, InterruptedException {
        closing = true;
        for (Bundle bundle : framework.getBundleContext() == null ? new Bundle[0] : framework.getBundleContext().getBundles()) {
            if ("dev.sluice.core".equals(bundle.getSymbolicName())) {
                bundle.stop(Bundle.STOP_TRANSIENT);
            }
        }
        framework.stop();
        framework.waitForStop(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
    }

    private void startKind(Path jar) {
        synchronized (started) {
            if (!started.add(jar)) {
                return;
            }
        }
        try {
            install(jar).start();
        } catch (BundleException | IllegalStateException e) {
            if (!closing) {
                console.message(System.Logger.Level.WARNING, "can't start " + jar.getFileName(), e);
            }
        }
    }

    private Bundle install(Path jar) throws BundleException {
        return framework.getBundleContext().installBundle(jar.toUri().toString());
    }

    private String notActive() {
        StringBuilder text = new StringBuilder("bundles that are not active: ");
        String separator = "";
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            if (bundle.getState() != Bundle.ACTIVE) {
                text.append(separator).append(bundle.getSymbolicName());
                separator = ", ";
            }
        }
        return separator.isEmpty() ? "all bundles are active, a service that its component needs is missing" : text.toString();
    }

    private static Filter commandLineFilter(BundleContext context) {
        try {
            return context.createFilter("(&(objectClass=java.util.concurrent.Callable)(dev.sluice.commandline=true))");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
