package dev.sluice.observability;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.RuntimeObserver;
import dev.sluice.api.runtime.SlowRequest;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.api.runtime.SwapRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Switches on what {@link Settings} say, as long as the bundle and the server are there. A part that this runtime lacks, or
 * that can't start, is told in one line, and the others go on.
 */
@Component(name = Settings.PID, service = {}, immediate = true, configurationPolicy = ConfigurationPolicy.OPTIONAL)
public final class Observability implements RuntimeObserver {
    private static final System.Logger LOG = System.getLogger("dev.sluice.observability");
    private static final System.Logger SLOW = System.getLogger("dev.sluice.slow");
    private static final long SETTLE_MILLIS = 100;
    private static final long END_SECONDS = 5;

    private final List<AutoCloseable> parts = new ArrayList<>();
    private final AtomicBoolean stale = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor updates = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "sluice-observability");
        thread.setDaemon(true);
        return thread;
    });
    private final boolean logSlow;
    private final FlightRecorder recorder;
    private final ManagedBeans beans;

    /** Starts what is configured. */
    @Activate
    public Observability(BundleContext context, @Reference(name = "runtime") SluiceRuntime runtime, Map<String, Object> properties) {
        updates.setKeepAliveTime(10, TimeUnit.SECONDS);
        updates.allowCoreThreadTimeOut(true);
        // what changes during the end is of no interest
        updates.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        Settings settings = settings(context, properties);
        Snapshot snapshot = new Snapshot(runtime);
        logSlow = settings.logSlow();
        recorder = settings.jfr() ? part("jfr", FlightRecorder::new) : null;
        beans = settings.jmx() ? part("jmx", () -> new ManagedBeans(snapshot, settings.connections())) : null;
        settings.http().ifPresent(address -> {
            MetricsServer server = part("http=" + address.getHostString() + ":" + address.getPort(),
                    () -> new MetricsServer(address, snapshot, settings.connections()));
            if (server != null) {
                LOG.log(System.Logger.Level.INFO, "metrics and health are at http://" + address.getHostString() + ":"
                        + server.address().getPort() + "/");
                if (!server.address().getAddress().isLoopbackAddress()) {
                    LOG.log(System.Logger.Level.WARNING, "http=" + address.getHostString() + ": other machines can read the metrics, too");
                }
            }
        });
        part("health checks", () -> new FelixHealth(context, snapshot));
        parts.add(runtime.observe(this, logSlow || recorder != null ? settings.slow() : null));
        changed();
    }

    private static Settings settings(BundleContext context, Map<String, Object> properties) {
        try {
            String words = context.getProperty(Settings.PID);
            return words != null && !properties.containsKey("service.pid") ? Settings.of(words) : Settings.of(properties);
        } catch (ConfigException e) {
            LOG.log(System.Logger.Level.ERROR, e.getMessage());
            throw e;
        }
    }

    private <T> T part(String what, Callable<T> maker) {
        try {
            T part = maker.call();
            if (part instanceof AutoCloseable closeable) {
                parts.add(0, closeable);
            }
            return part;
        } catch (LinkageError | ReflectiveOperationException e) {
            // without health checks in the framework nobody asks for them
            LOG.log(what.startsWith("health") ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                    what + ": this runtime has no " + e.getMessage() + "; it stays switched off");
        } catch (Exception e) {
            LOG.log(System.Logger.Level.ERROR, what + ": " + e.getMessage() + "; it stays switched off");
        }
        return null;
    }

    @Override
    public void slow(SlowRequest r) {
        if (recorder != null) {
            recorder.slow(r);
        }
        if (logSlow) {
            SLOW.log(System.Logger.Level.WARNING, "export " + r.export() + ": connection " + r.connection() + ": slow " + r.operation()
                    + ": took_ms=" + r.took().toNanos() / 1_000_000.0 + " offset=" + r.offset() + " length=" + r.length() + " failed="
                    + r.failed());
        }
    }

    @Override
    public void swapped(SwapRecord swap) {
        if (recorder != null) {
            recorder.swapped(swap);
        }
    }

    /** Many changes at once are one update a little later. */
    @Override
    public void changed() {
        if (beans != null && stale.compareAndSet(false, true)) {
            updates.schedule(this::update, SETTLE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void update() {
        stale.set(false);
        try {
            beans.update();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "the MBeans can't be updated", e);
        }
    }

    /** Ends all parts. */
    @Deactivate
    public void deactivate() throws InterruptedException {
        AutoCloseable observer = parts.remove(parts.size() - 1);
        close(observer);
        updates.shutdownNow();
        if (!updates.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
            LOG.log(System.Logger.Level.WARNING, "an update of the MBeans has not ended after " + END_SECONDS + " s");
        }
        parts.forEach(Observability::close);
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.log(System.Logger.Level.WARNING, "closing: " + e.getMessage());
        }
    }
}
