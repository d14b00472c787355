package dev.sluice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.Set;
import org.apache.felix.framework.Felix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;

class SystemPackagesTest {
    @TempDir
    private Path storage;

    @Test
    void bundlesSeeTheSamePackagesAsWithTheFrameworksOwnList() throws Exception {
        Set<String> own = exported("own", Map.of());
        assertTrue(own.contains("java.lang") || own.stream().anyMatch(name -> name.startsWith("java.lang ")), own.toString());
        assertEquals(own, exported("ours", Map.of(Constants.FRAMEWORK_SYSTEMPACKAGES, SystemPackages.list())));
    }

    private Set<String> exported(String name, Map<String, String> configuration) throws Exception {
        Map<String, Object> all = new HashMap<>(configuration);
        all.put(Constants.FRAMEWORK_STORAGE, storage.resolve(name).toString());
        all.put("felix.service.urlhandlers", "false");
        Framework framework = new Felix(all);
        framework.init();
        try {
            Set<String> packages = new TreeSet<>();
            for (BundleCapability capability : framework.adapt(BundleRevision.class)
                    .getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE)) {
                Map<String, Object> attributes = capability.getAttributes();
                packages.add(attributes.get(PackageNamespace.PACKAGE_NAMESPACE) + " "
                        + attributes.get(PackageNamespace.CAPABILITY_VERSION_ATTRIBUTE));
            }
            return packages;
        } finally {
            framework.stop();
            framework.waitForStop(10_000);
        }
    }
}
