package dev.sluice.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a first start leaves for the later ones, in a distribution of its own. */
class PreparedStartIT {
    @TempDir
    private Path directory;
    private Sluice sluice;
    private Path home;
    private String script;

    @BeforeEach
    void unpack() throws Exception {
        sluice = new Sluice(directory);
        home = directory.resolve("distribution");
        Path built;
        try (Stream<Path> all = Files.list(Sluice.ROOT.resolve("runtime/distribution/target"))) {
            built = all.filter(path -> path.getFileName().toString().startsWith("sluice-") && Files.isDirectory(path)).findFirst()
                    .orElseThrow();
        }
        try (Stream<Path> all = Files.walk(built)) {
            for (Path from : all.filter(path -> !path.toString().contains("/lib/start-")).toList()) {
                Path target = home.resolve(built.relativize(from).toString());
                if (Files.isDirectory(from)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(from, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        script = home.resolve("bin/sluice").toString();
    }

    /** The first starts of a distribution also prepare the later ones, each for itself. */
    @Test
    void firstStartsAtTheSameMomentDoNotDamageWhatTheyMake() throws Exception {
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            starts.add(sluice.command(script, "memory", "1M", "-U", "s" + i, "-P", "p" + i)
                    .redirectOutput(directory.resolve("out" + i).toFile()).redirectError(directory.resolve("err" + i).toFile()).start());
        }
        for (Process start : starts) {
            assertEquals(0, Sluice.end(start));
        }
        for (int i = 0; i < 3; i++) {
            assertEquals("NBDMAGIC", sluice.greeting("s" + i));
            Sluice.signal(sluice.server("p" + i), "TERM");
        }
        Sluice.Result later = sluice.runProgram(script, "--version");
        assertEquals(0, later.status());
        assertEquals(List.of(), later.err());
        assertEquals(1, prepared().stream().filter(Files::isRegularFile).count());
        assertTrue(prepared().stream().anyMatch(path -> Files.exists(path.resolve("sums"))), prepared().toString());
    }

    @Test
    void aBundleThatIsReplacedRunsAtOnceWhateverItsTime() throws Exception {
        assertEquals(0, sluice.runProgram(script, "--version").status());
        replaceByVersion("9.8.7", jar("bundles", "dev.sluice.core-"));
        assertTrue(sluice.runProgram(script, "--version").out().startsWith("sluice 9.8.7"), "at once");
        assertTrue(sluice.runProgram(script, "--version").out().startsWith("sluice 9.8.7"), "prepared again");
        assertTrue(prepared().stream().anyMatch(path -> Files.exists(path.resolve("sums"))), prepared().toString());
    }

    @Test
    void aLauncherThatIsReplacedIsNotRunInItsOldForm() throws Exception {
        assertEquals(0, sluice.runProgram(script, "--version").status());
        replaceByVersion("9.8.7", jar("lib", "dev.sluice.launcher-"));
        Sluice.Result first = sluice.runProgram(script, "--version");
        assertEquals(1, first.status());
        assertTrue(first.err().get(0).startsWith("sluice: error: the distribution was replaced since "), first.err().toString());
        assertEquals(0, sluice.runProgram(script, "--version").status());
    }

    @Test
    void aServerGoesOnWhenItsDistributionIsReplaced() throws Exception {
        assertEquals(0, sluice.runProgram(script, "--version").status());
        assertEquals(0, sluice.runProgram(script, "memory", "1M", "-U", "s", "-P", "p").status());
        try (Stream<Path> all = Files.walk(home)) {
            for (Path jar : all.filter(path -> path.toString().matches(".*/(bundles|plugins)/.*\\.jar")).toList()) {
                Files.writeString(jar, "another build");
            }
        }
        assertEquals("NBDMAGIC", sluice.greeting("s"));
        Sluice.signal(sluice.server("p"), "TERM");
        assertEquals(List.of(), sluice.errors());
    }

    @Test
    void kindsThatNobodyNamedComeForABundleOfAnothersOnly() throws Exception {
        Files.copy(jar("plugins", "dev.sluice.plugin.memory-"), directory.resolve("own.jar"));
        Process named = sluice.command(script, "-f", "memory", "1M", "-U", "s1", "-P", "p1").start();
        sluice.await("p1", named);
        assertEquals("NBDMAGIC", sluice.greeting("s1"));
        assertEquals(files("bundles") + 1, installed(named));
        Sluice.signal(named.toHandle(), "TERM");
        Process own = sluice.command(script, "-f", "./own.jar", "1M", "-U", "s2", "-P", "p2").start();
        sluice.await("p2", own);
        long all = files("bundles") + files("plugins") + files("filters") + 1;
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120); installed(own) < all;) {
            assertTrue(System.nanoTime() < end, installed(own) + " of " + all + " bundles");
            assertFalse(own.waitFor(20, TimeUnit.MILLISECONDS));
        }
        Sluice.signal(own.toHandle(), "TERM");
    }

    /** Directories that the framework made for the bundles of this process, without its own. */
    private long installed(Process server) throws Exception {
        try (Stream<Path> all = Files.list(sluice.temporary)) {
            String start = "sluice-" + server.pid() + "-";
            Path own = all.filter(path -> path.getFileName().toString().startsWith(start)).findFirst().orElseThrow();
            try (Stream<Path> bundles = Files.list(own.resolve("cache"))) {
                return bundles.filter(path -> path.getFileName().toString().matches("bundle[1-9][0-9]*")).count();
            }
        }
    }

    private long files(String part) throws Exception {
        try (Stream<Path> all = Files.list(home.resolve(part))) {
            return all.filter(path -> path.toString().endsWith(".jar")).count();
        }
    }

    private List<Path> prepared() throws Exception {
        try (Stream<Path> all = Files.list(home.resolve("lib"))) {
            return all.filter(path -> path.getFileName().toString().startsWith("start-")).toList();
        }
    }

    private Path jar(String part, String name) throws Exception {
        try (Stream<Path> all = Files.list(home.resolve(part))) {
            return all.filter(path -> path.getFileName().toString().startsWith(name)).findFirst().orElseThrow();
        }
    }

    /** By one that looks as old as it. */
    private void replaceByVersion(String version, Path jar) throws Exception {
        FileTime time = Files.getLastModifiedTime(jar);
        Path other = directory.resolve("other.jar");
        withVersion(jar, version, other);
        Files.setLastModifiedTime(other, time);
        Files.move(other, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void withVersion(Path jar, String version, Path to) throws Exception {
        try (InputStream in = Files.newInputStream(jar); JarInputStream entries = new JarInputStream(in)) {
            Manifest manifest = entries.getManifest();
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            try (OutputStream out = Files.newOutputStream(to); JarOutputStream copy = new JarOutputStream(out, manifest)) {
                for (JarEntry entry = entries.getNextJarEntry(); entry != null; entry = entries.getNextJarEntry()) {
                    copy.putNextEntry(new JarEntry(entry.getName()));
                    entries.transferTo(copy);
                    copy.closeEntry();
                }
            }
        }
    }
}
