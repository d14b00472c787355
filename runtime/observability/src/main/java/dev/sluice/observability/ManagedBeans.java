package dev.sluice.observability;

import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.ExportMetrics;
import dev.sluice.api.runtime.LayerMetrics;
import dev.sluice.api.runtime.ListenerStatus;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Keeps the MBeans in step with the server: one of it, one of each export, layer and listener, and of a bounded number of
 * connections, the oldest. Used by one thread at a time.
 */
final class ManagedBeans implements AutoCloseable {
    static final String DOMAIN = "dev.sluice";
    private static final System.Logger LOG = System.getLogger("dev.sluice.observability");

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final Snapshot snapshot;
    private final Beans beans;
    private final int connections;
    private final Map<String, ObjectName> registered = new TreeMap<>();

    ManagedBeans(Snapshot snapshot, int connections) {
        this.snapshot = snapshot;
        this.beans = new Beans(snapshot);
        this.connections = connections;
    }

    /** Registers what is new, unregisters what is gone. */
    void update() {
        Map<String, Supplier<Bean>> wanted = wanted(snapshot.get());
        for (String name : new TreeSet<>(registered.keySet())) {
            if (!wanted.containsKey(name)) {
                unregister(name);
            }
        }
        wanted.forEach((name, bean) -> {
            if (!registered.containsKey(name)) {
                register(name, bean.get());
            }
        });
    }

    private Map<String, Supplier<Bean>> wanted(Snapshot.State now) {
        Map<String, Supplier<Bean>> wanted = new LinkedHashMap<>();
        wanted.put("type=Server", beans::server);
        for (ListenerStatus l : now.listeners()) {
            wanted.put("type=Listener,name=" + ObjectName.quote(l.name()), () -> beans.listener(l.name()));
        }
        now.exports().forEach(e -> wanted.put("type=Export,name=" + ObjectName.quote(e.name()), () -> beans.export(e.name())));
        for (ExportMetrics e : now.metrics().exports()) {
            for (LayerMetrics l : e.layers()) {
                wanted.put("type=Layer,export=" + ObjectName.quote(e.export()) + ",position=" + l.position() + ",name="
                        + ObjectName.quote(l.layer()), () -> beans.layer(e.export(), l.position()));
            }
        }
        int left = connections;
        for (ConnectionStatus c : now.connections()) {
            if (left-- <= 0) {
                break;
            }
            wanted.put("type=Connection,id=" + c.id(), () -> beans.connection(c.id()));
        }
        return wanted;
    }

    private void register(String name, Bean bean) {
        try {
            ObjectName full = new ObjectName(DOMAIN + ":" + name);
            server.registerMBean(bean, full);
            registered.put(name, full);
        } catch (JMException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "MBean " + name + " can't be registered: " + e);
        }
    }

    private void unregister(String name) {
        try {
            server.unregisterMBean(registered.remove(name));
        } catch (JMException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "MBean " + name + " was gone already: " + e);
        }
    }

    @Override
    public void close() {
        new TreeSet<>(registered.keySet()).forEach(this::unregister);
    }
}
