package dev.sluice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.felix.framework.Felix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

class ClassPathBundlesTest {
    @TempDir
    private Path directory;
    private Framework framework;
    private Path jar;
    private Bundle bundle;

    @BeforeEach
    void install() throws Exception {
        jar = Bundles.write(directory.resolve("part-1.jar"), "1.0.0");
        Path copies = Files.createDirectories(directory.resolve("copies"));
        Files.copy(jar, copies.resolve("part-1.jar"));
        Map<String, Object> configuration = new HashMap<>();
        configuration.put(Constants.FRAMEWORK_STORAGE, directory.resolve("cache").toString());
        configuration.put("felix.service.urlhandlers", "false");
        framework = new Felix(configuration, new ClassPathBundles(new PreparedStart(copies, Map.of()), List.of(jar)));
        framework.start();
        bundle = framework.getBundleContext().installBundle(jar.toUri().toString());
        bundle.start();
    }

    @AfterEach
    void stop() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    private Class<?> part() throws Exception {
        return bundle.loadClass(Bundles.Part.class.getName());
    }

    @Test
    void theClassesAreThoseOfTheClassPath() throws Exception {
        assertEquals(Bundle.ACTIVE, bundle.getState());
        assertSame(Bundles.Part.class, part());
    }

    @Test
    void anUpdateFromAStreamHasItsOwnClasses() throws Exception {
        try (InputStream in = Files.newInputStream(Bundles.write(directory.resolve("other.jar"), "2.0.0"))) {
            bundle.update(in);
        }
        assertEquals("2.0.0", bundle.getVersion().toString());
        assertNotSame(Bundles.Part.class, part());
    }

    @Test
    void anUpdateFromItsPlaceHasItsOwnClasses() throws Exception {
        Bundles.write(jar, "3.0.0");
        bundle.update();
        assertEquals("3.0.0", bundle.getVersion().toString());
        assertNotSame(Bundles.Part.class, part());
    }

    @Test
    void aBundleThatIsNotOnTheClassPathHasItsOwnClasses() throws Exception {
        bundle = framework.getBundleContext().installBundle(Bundles.write(directory.resolve("new.jar"), "4.0.0").toUri().toString());
        assertNotSame(Bundles.Part.class, part());
    }
}
