package dev.sluice.core.osgi;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.PskEngines;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.Files;
import dev.sluice.core.chain.Services;
import dev.sluice.core.engine.Engine;
import dev.sluice.core.export.Export;
import dev.sluice.core.export.Exports;
import dev.sluice.core.export.SwapLog;
import dev.sluice.core.metrics.Observers;
import dev.sluice.core.transport.SocketNetwork;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Platform;
import dev.sluice.core.util.RealPlatform;
import dev.sluice.core.util.Timers;
import dev.sluice.core.util.Workers;
import dev.sluice.core.view.RuntimeControl;
import dev.sluice.core.view.RuntimeView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.util.tracker.ServiceTracker;

/**
 * The server: puts the parts of the core together when the bundle starts, takes them apart when it stops. Its own
 * configuration (PID {@code dev.sluice.core}) has the bounds of the whole server: {@code max-buffers} (a size, 1G),
 * {@code max-threads} (2048).
 */
@Component(name = CoreComponent.PID, service = CoreComponent.class, immediate = true, configurationPolicy = ConfigurationPolicy.OPTIONAL)
public final class CoreComponent {
    static final String PID = "dev.sluice.core";
    /** Property of the SluiceRuntime service: what listeners can do besides; a command line refuses the rest. */
    private static final String FEATURES = "dev.sluice.features";
    private static final String[] FEATURE_LIST = {"inherited", "keepalive", "paused", "tls"};
    /** For connections to end after the exports have ended; only stranded calls take longer. */
    private static final Duration STOP_WAIT = Duration.ofSeconds(3);
    private static final Duration THREADS_WAIT = Duration.ofSeconds(1);
    private static final Duration SHRINK = Duration.ofSeconds(30);

    private final Platform platform = new RealPlatform();
    private final Timers timers = new Timers(platform);
    private final Observers observers = new Observers();
    private final SwapLog swaps = new SwapLog(observers);
    private final Map<String, Object> owners = new ConcurrentHashMap<>();
    private final Workers workers;
    private final BufferPool buffers;
    private final Services services;
    private final Exports exports;
    private final ServiceTracker<PskEngines, PskEngines> psk;
    private final Engine engine;
    private final ServiceKinds kinds;
    private final RuntimeView view;
    private final ServiceRegistration<SluiceRuntime> registration;
    private final ServiceRegistration<SluiceControl> control;

    /** Starts without exports and listeners: those are components of their own. */
    @Activate
    public CoreComponent(BundleContext context, Map<String, Object> properties) {
        Configured config = new Configured("core", properties);
        config.unknown("max-threads", "max-buffers").ifPresent(
                text -> System.getLogger("dev.sluice.configuration").log(System.Logger.Level.WARNING, text));
        workers = new Workers(platform, "sluice-worker", config.integer("max-threads", 2048, 16, 100_000));
        buffers = new BufferPool(platform, config.size("max-buffers", 1L << 30, 256L << 20));
        services = new Services(platform, buffers, new Files(), workers, timers, Path.of(System.getProperty("java.io.tmpdir")),
                this::shutdownRequested, observers);
        exports = new Exports(services, swaps);
        kinds = new ServiceKinds(context, exports);
        exports.setKinds(kinds);
        psk = new ServiceTracker<>(context, PskEngines.class, null);
        engine = new Engine(services, new SocketNetwork(platform), exports, () -> Optional.ofNullable(psk.getService()));
        view = new RuntimeView(context.getBundle().getVersion().toString(), services, kinds, exports, engine, swaps);
        kinds.open();
        psk.open();
        scheduleShrink();
        registration = context.registerService(SluiceRuntime.class, view, new Hashtable<>(Map.of(FEATURES, FEATURE_LIST)));
        control = context.registerService(SluiceControl.class,
                new RuntimeControl(platform, exports, kinds, new BundleUpgrader(context, platform, kinds, exports)), new Hashtable<>());
    }

    private void shutdownRequested() {
        view.shutdownRequested();
    }

    private void scheduleShrink() {
        timers.after(SHRINK, () -> {
            buffers.shrink();
            scheduleShrink();
        });
    }

    Exports exports() {
        return exports;
    }

    Engine engine() {
        return engine;
    }

    /** Clients get ESHUTDOWN and a close; when this returns no layer's code is in use, but for what was stranded. */
    @Deactivate
    public void deactivate() {
        control.unregister();
        registration.unregister();
        engine.stopAccepting();
        for (Export export : exports.all()) {
            exports.remove(export, "the server is shutting down");
        }
        engine.close(STOP_WAIT);
        psk.close();
        kinds.close();
        timers.close();
        workers.close();
        if (!workers.awaitEnd(Deadline.after(platform, THREADS_WAIT))) {
            System.getLogger("dev.sluice.core").log(System.Logger.Level.ERROR,
                    workers.threads() + " threads sit in calls that do not return; they end when the calls do");
        }
    }

    /** Reports what can't be used, with the configuration where it stands, and goes on without it. */
    static void refused(Map<String, Object> properties, ConfigException e) {
        System.getLogger("dev.sluice.configuration").log(System.Logger.Level.ERROR, properties.get("service.pid") + ": " + e.getMessage());
    }

    /** Whether the export of this name is this configuration's from now on: one configuration has it at a time. */
    boolean claim(String export, Object configuration) {
        Object owner = owners.putIfAbsent(export, configuration);
        return owner == null || owner == configuration;
    }

    /** The configuration gives up the name. */
    void unclaim(String export, Object configuration) {
        owners.remove(export, configuration);
    }
}
