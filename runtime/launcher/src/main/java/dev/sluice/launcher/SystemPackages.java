package dev.sluice.launcher;

import java.lang.module.ModuleDescriptor;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the framework itself exports to bundles: its own packages, and all that the JDK exports. Felix finds out the same
 * by itself, in a tenth of the time of a whole start, because it also works out which package uses which. No bundle of
 * ours may depend on that: a package of the JDK has one class loader.
 */
final class SystemPackages {
    /** Packages and versions as in Felix's own list; a test compares them. */
    private static final String FRAMEWORK = """
            org.osgi.framework;version="1.10",
            org.osgi.framework.connect;version="1.0.0",
            org.osgi.framework.dto;version="1.8",
            org.osgi.framework.hooks.bundle;version="1.1",
            org.osgi.framework.hooks.resolver;version="1.0",
            org.osgi.framework.hooks.service;version="1.1",
            org.osgi.framework.hooks.weaving;version="1.1",
            org.osgi.framework.launch;version="1.2",
            org.osgi.framework.namespace;version="1.2",
            org.osgi.framework.startlevel;version="1.0",
            org.osgi.framework.startlevel.dto;version="1.0",
            org.osgi.framework.wiring;version="1.2",
            org.osgi.framework.wiring.dto;version="1.3",
            org.osgi.resource;version="1.0.1",
            org.osgi.resource.dto;version="1.0.1",
            org.osgi.service.packageadmin;version="1.2.1",
            org.osgi.service.startlevel;version="1.1.1",
            org.osgi.service.url;version="1.0.1",
            org.osgi.service.resolver;version="1.1.1",
            org.osgi.util.tracker;version="1.5.3",
            org.osgi.dto;version="1.1.1",
            org.osgi.service.condition;version="1.0",
            """;

    private SystemPackages() {
    }

    /** In the syntax of the framework's property {@code org.osgi.framework.system.packages}. */
    static String list() {
        Map<String, Boolean> packages = new TreeMap<>();
        for (Module module : ModuleLayer.boot().modules()) {
            for (ModuleDescriptor.Exports exports : module.getDescriptor().exports()) {
                if (!exports.isQualified()) {
                    packages.put(exports.source(), Boolean.TRUE);
                }
            }
        }
        StringBuilder list = new StringBuilder(16384);
        list.append(FRAMEWORK.replace("\n", ""));
        for (String name : packages.keySet()) {
            list.append(name).append(';');
        }
        // the version that Felix gives them
        return list.append("version=\"0.0.0.JavaSE_0").append(Runtime.version().feature()).append('"').toString();
    }
}
