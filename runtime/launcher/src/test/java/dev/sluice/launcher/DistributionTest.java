package dev.sluice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributionTest {
    @TempDir
    private Path home;
    private Distribution distribution;

    @BeforeEach
    void make() throws Exception {
        for (String file : new String[] {"bundles/b-1.jar", "bundles/a-1.jar", "bundles/readme.txt", "plugins/other-1.jar",
            "plugins/dev.sluice.plugin.memory-0.1.0.jar", "plugins/dev.sluice.plugin.sparse-random-0.1.0-SNAPSHOT.jar",
            "filters/dev.sluice.filter.cow-0.1.0.jar", "lib/dev.sluice.launcher-0.1.0.jar", "lib/dev.sluice.client-0.1.0.jar",
            "lib/org.apache.felix.framework-7.0.5.jar", "psk/dev.sluice.psk-0.1.0.jar"}) {
            Files.createDirectories(home.resolve(file).getParent());
            Files.writeString(home.resolve(file), "");
        }
        distribution = new Distribution(home);
    }

    private static List<String> names(List<Path> jars) {
        return jars.stream().map(jar -> jar.getFileName().toString()).toList();
    }

    @Test
    void baseBundlesAreOrderedByName() throws Exception {
        assertEquals(List.of("a-1.jar", "b-1.jar"), names(distribution.base()));
    }

    @Test
    void theLauncherAndTheFrameworkAreNoBundles() throws Exception {
        assertEquals(List.of("dev.sluice.launcher-0.1.0.jar", "org.apache.felix.framework-7.0.5.jar"), names(distribution.running()));
    }

    @Test
    void aPartThatFewNeedIsNoneOfTheBase() throws Exception {
        assertEquals(List.of("dev.sluice.psk-0.1.0.jar"), names(distribution.part("psk")));
        assertEquals(List.of(), names(distribution.part("plugins")));
    }

    @Test
    void whatTheCommandLineNamesIsFound() throws Exception {
        assertEquals(List.of("dev.sluice.plugin.memory-0.1.0.jar", "dev.sluice.filter.cow-0.1.0.jar"),
                names(distribution.named(List.of("-f", "--filter=cow", "memory", "1G"))));
        assertEquals(List.of("dev.sluice.plugin.sparse-random-0.1.0-SNAPSHOT.jar"), names(distribution.named(List.of("sparse-random"))));
    }

    @Test
    void aDistributionWithoutFiltersIsFine() throws Exception {
        Files.delete(home.resolve("filters/dev.sluice.filter.cow-0.1.0.jar"));
        Files.delete(home.resolve("filters"));
        assertEquals(3, distribution.kinds().size());
    }
}
