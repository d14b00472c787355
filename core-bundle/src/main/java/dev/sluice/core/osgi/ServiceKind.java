package dev.sluice.core.osgi;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.util.DeclaredParameters;
import dev.sluice.core.export.Kind;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

/** One prototype-scoped plugin or filter service. */
final class ServiceKind implements Kind {
    private final String name;
    private final boolean filter;
    private final ServiceReference<NbdLayer> reference;
    private final ServiceObjects<NbdLayer> objects;
    private final Bundle bundle;
    private final Version version;
    private volatile boolean left;
    private volatile Optional<DeclaredParameters> declared = Optional.empty();
    private volatile Class<?> type;

    ServiceKind(String name, boolean filter, ServiceReference<NbdLayer> reference, BundleContext context) {
        this.name = name;
        this.filter = filter;
        this.reference = reference;
        this.objects = context.getServiceObjects(reference);
        this.bundle = reference.getBundle();
        this.version = bundle == null ? Version.emptyVersion : bundle.getVersion();
    }

    /** The service is being unregistered: the framework would still make objects of it. */
    void leave() {
        left = true;
    }

    boolean hasLeft() {
        return left;
    }

    ServiceReference<NbdLayer> reference() {
        return reference;
    }

    Version bundleVersion() {
        return version;
    }

    Bundle serviceBundle() {
        return bundle;
    }

    long bundleId() {
        return bundle == null ? Long.MAX_VALUE : bundle.getBundleId();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean filter() {
        return filter;
    }

    @Override
    public String bundle() {
        return bundle == null ? "" : bundle.getSymbolicName();
    }

    @Override
    public String version() {
        return version.toString();
    }

    @Override
    public String location() {
        return bundle == null ? "" : bundle.getLocation();
    }

    @Override
    public Class<?> type() {
        Class<?> known = type;
        if (known == null) {
            NbdLayer sample = create();
            known = sample.getClass();
            release(sample);
            type = known;
        }
        return known;
    }

    @Override
    public DeclaredParameters declared() {
        Optional<DeclaredParameters> known = declared;
        if (known.isEmpty()) {
            known = Optional.of(DeclaredParameters.of(type()));
            declared = known;
        }
        return known.get();
    }

    @Override
    public NbdLayer create() {
        NbdLayer layer = left || objects == null ? null : objects.getService();
        if (layer == null) {
            throw new ConfigException((filter ? "filter '" : "plugin '") + name + "' of bundle " + bundle() + " " + version
                    + (left ? " is being stopped" : " could not be activated; the log of the framework says why"));
        }
        return layer;
    }

    @Override
    public void release(NbdLayer layer) {
        try {
            objects.ungetService(layer);
        } catch (IllegalArgumentException e) {
            // A bundle that was stopped before has already taken its objects back.
            System.getLogger("dev.sluice.kinds").log(System.Logger.Level.DEBUG, "releasing an object of " + name + ": " + e.getMessage());
        }
    }
}
