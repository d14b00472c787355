package dev.sluice.core.osgi;

import dev.sluice.api.FilterName;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.PluginName;
import dev.sluice.core.export.Kind;
import dev.sluice.core.export.Kinds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;

/**
 * Plugin and filter services. The listener hears UNREGISTERING on the thread that stops a bundle, and the core drains
 * there: the stop goes on when nothing of the bundle is in use.
 */
final class ServiceKinds implements Kinds, ServiceListener {
    private static final System.Logger LOG = System.getLogger("dev.sluice.kinds");

    private final BundleContext context;
    private final Kinds.Listener listener;
    private final Map<ServiceReference<?>, ServiceKind> known = new ConcurrentHashMap<>();

    ServiceKinds(BundleContext context, Kinds.Listener listener) {
        this.context = context;
        this.listener = listener;
    }

    /** Starts to hear of services, those that are there already first. */
    void open() {
        String filter = "(|(" + Constants.OBJECTCLASS + "=" + NbdPlugin.class.getName() + ")(" + Constants.OBJECTCLASS + "="
                + NbdFilter.class.getName() + "))";
        try {
            context.addServiceListener(this, filter);
            ServiceReference<?>[] present = context.getServiceReferences((String) null, filter);
            if (present != null) {
                for (ServiceReference<?> reference : present) {
                    arrived(reference);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    void close() {
        context.removeServiceListener(this);
    }

    @Override
    public void serviceChanged(ServiceEvent event) {
        if (event.getType() == ServiceEvent.REGISTERED) {
            arrived(event.getServiceReference());
        } else if (event.getType() == ServiceEvent.UNREGISTERING) {
            ServiceKind kind = known.remove(event.getServiceReference());
            if (kind != null) {
                kind.leave();
                listener.leaving(kind);
            }
        }
    }

    private void arrived(ServiceReference<?> reference) {
        if (known.containsKey(reference)) {
            return;
        }
        boolean filter = List.of((String[]) reference.getProperty(Constants.OBJECTCLASS)).contains(NbdFilter.class.getName());
        Object name = reference.getProperty(filter ? FilterName.PROPERTY : PluginName.PROPERTY);
        if (!(name instanceof String text) || text.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "a service of bundle " + reference.getBundle() + " has no property "
                    + (filter ? FilterName.PROPERTY : PluginName.PROPERTY) + "; it can't be used");
            return;
        }
        if (!Constants.SCOPE_PROTOTYPE.equals(reference.getProperty(Constants.SERVICE_SCOPE))) {
            LOG.log(System.Logger.Level.WARNING, "service '" + text + "' of bundle " + reference.getBundle()
                    + " is not prototype-scoped; every layer needs an object of its own, so it can't be used");
            return;
        }
        @SuppressWarnings("unchecked")
        ServiceReference<NbdLayer> layers = (ServiceReference<NbdLayer>) reference;
        ServiceKind kind = new ServiceKind(text, filter, layers, context);
        if (known.putIfAbsent(reference, kind) == null) {
            if (reference.getBundle() == null) {
                known.remove(reference);
                return;
            }
            listener.arrived(kind);
        }
    }

    @Override
    public Optional<Kind> find(boolean filter, String name) {
        return candidates().stream().filter(k -> k.filter() == filter && k.name().equals(name)).findFirst().map(k -> k);
    }

    @Override
    public List<Kind> all() {
        Map<String, Kind> best = new TreeMap<>();
        for (ServiceKind kind : candidates()) {
            best.putIfAbsent(kind.name() + (kind.filter() ? " filter" : " plugin"), kind);
        }
        return List.copyOf(best.values());
    }

    /** All that can be used now. */
    List<ServiceKind> present() {
        return candidates();
    }

    /** Highest bundle version first, then service ranking, then lowest bundle id. */
    private List<ServiceKind> candidates() {
        List<ServiceKind> list = new ArrayList<>(known.values());
        list.removeIf(ServiceKind::hasLeft);
        list.sort(Comparator.comparing(ServiceKind::bundleVersion, Collections.reverseOrder())
                .thenComparing(ServiceKind::reference, Collections.reverseOrder())
                .thenComparing(k -> k.bundleId()));
        return list;
    }
}
