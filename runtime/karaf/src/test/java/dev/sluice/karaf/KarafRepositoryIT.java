package dev.sluice.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A stock Karaf that has the artifacts in a Maven repository: the way of {@code feature:repo-add}. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class KarafRepositoryIT {
    private static final Path KAR = Path.of(System.getProperty("sluice.kar"));
    private static final String VERSION = System.getProperty("sluice.version");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    void theFeatureOfARepositoryThatWasAddedServesAClient() throws Exception {
        Assumptions.assumeTrue(Runtime.version().feature() < 24,
                "Karaf 4.4 does not start on JDK 24 and newer: they have no security manager");
        Karaf karaf = new Karaf(Path.of(System.getProperty("sluice.karaf")), directory.resolve("karaf"));
        Path socket = directory.resolve("s");
        try {
            karaf.serve(KAR);
            Files.writeString(karaf.etc("dev.sluice.listener-local.cfg"), "name = local\naddress = unix:" + socket + "\n");
            Files.writeString(karaf.etc("dev.sluice.export-disk.cfg"), "name = disk\nlayers = memory 1M\n");
            karaf.start();
            karaf.ok("feature:repo-add mvn:dev.sluice/sluice-karaf/" + VERSION + "/xml/features");
            // The session may end on the way, see KarafIT.
            karaf.run("feature:install sluice");
            Pattern active = Pattern.compile("(?m)^disk +active ");
            karaf.await("the export", () -> active.matcher(karaf.run("nbd:list").out()).find());
            try (DiskClient client = new DiskClient(socket, "disk")) {
                assertEquals(512, client.read(0, 512).length);
            }
            karaf.ok("feature:uninstall sluice");
            karaf.await("an end", () -> karaf.run("bundle:list -s -t 0").out().lines()
                    .noneMatch(l -> l.contains("dev.sluice.core") || l.contains("dev.sluice.plugin")));
            karaf.stop();
            assertEquals(List.of(), karaf.processes().stream().filter(ProcessHandle::isAlive).toList());
        } catch (Throwable t) {
            List<String> log = karaf.log();
            log.subList(Math.max(0, log.size() - 100), log.size()).forEach(System.err::println);
            throw t;
        } finally {
            karaf.kill();
        }
    }
}
