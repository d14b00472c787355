package dev.sluice.filter.stats;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * The layers of this kind that serve now, for those who want to read their counts while they grow: the shell command
 * {@code nbd:statsfilter} and JMX. Safe for use by several threads.
 */
@Component(service = StatsLayers.class, property = {"osgi.command.scope=nbd", "osgi.command.function=statsfilter"})
public final class StatsLayers {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.stats");
    private static final int MOST = 1000;

    private final MBeanServer server;
    private final Map<LayerStats, ObjectName> layers = new LinkedHashMap<>();

    /** What the component runtime calls. */
    @Activate
    public StatsLayers() {
        this(ManagementFactory.getPlatformMBeanServer());
    }

    StatsLayers(MBeanServer server) {
        this.server = server;
    }

    /**
     * {@code nbd:statsfilter [EXPORT]}: what the layers of this kind have counted so far.
     *
     * @param words at most one, the name of an export
     * @throws IllegalArgumentException with a line for the user
     */
    public synchronized String statsfilter(String... words) {
        if (words.length > 1 || words.length == 1 && words[0].startsWith("-")) {
            throw new IllegalArgumentException("usage: nbd:statsfilter [EXPORT]");
        }
        List<LayerStats> found = layers.keySet().stream().filter(l -> words.length == 0 || l.export().equals(words[0])).toList();
        if (found.isEmpty()) {
            return words.length == 0 ? "no export has a filter 'stats'" : "no filter 'stats' in an export '" + words[0] + "'";
        }
        List<String> texts = new ArrayList<>();
        found.forEach(l -> texts.add(Report.now("export " + l.export(), l.summaries(), l.elapsed()).stripTrailing()));
        return String.join(System.lineSeparator(), texts);
    }

    /** A layer begins to serve; a second time changes nothing. */
    synchronized void add(LayerStats layer) {
        if (!layers.containsKey(layer)) {
            layers.put(layer, register(layer));
        }
    }

    /** A layer serves no longer. */
    synchronized void remove(LayerStats layer) {
        ObjectName name = layers.remove(layer);
        if (name != null) {
            unregister(name);
        }
    }

    /** The end of the bundle. */
    @Deactivate
    synchronized void close() {
        List.copyOf(layers.keySet()).forEach(this::remove);
    }

    /** Null if it could not be registered. */
    private ObjectName register(LayerStats layer) {
        try {
            for (int number = 1; number <= MOST; number++) {
                ObjectName name = new ObjectName("dev.sluice:type=StatsFilter,export=" + ObjectName.quote(layer.export())
                        + ",number=" + number);
                try {
                    server.registerMBean(new StatsBean(layer), name);
                    return name;
                } catch (InstanceAlreadyExistsException e) {
                    // another layer of the same export, or one of another version of this bundle
                    continue;
                }
            }
        } catch (JMException | SecurityException e) {
            LOG.log(System.Logger.Level.WARNING, "counts can't be shown by JMX: " + e.getMessage());
        }
        return null;
    }

    private void unregister(ObjectName name) {
        try {
            server.unregisterMBean(name);
        } catch (JMException | SecurityException e) {
            LOG.log(System.Logger.Level.WARNING, "counts are still shown by JMX: " + e.getMessage());
        }
    }
}
