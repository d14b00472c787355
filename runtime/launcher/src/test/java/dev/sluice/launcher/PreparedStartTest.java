package dev.sluice.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparedStartTest {
    @TempDir
    private Path home;
    private Path directory;
    private List<Path> bundles;

    @BeforeEach
    void prepare() throws Exception {
        bundles = List.of(home.resolve("a-1.jar"), home.resolve("b-1.jar"));
        for (Path bundle : bundles) {
            Files.writeString(bundle, "content of " + bundle.getFileName());
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Main-Class", "x.Main");
        manifest.getMainAttributes().putValue("Add-Opens", "java.base/java.io");
        manifest.getMainAttributes().putValue("Enable-Native-Access", "ALL-UNNAMED");
        manifest.getMainAttributes().putValue("Class-Path", "framework-1.jar");
        Files.writeString(home.resolve("framework-1.jar"), "the framework");
        Path launcher = home.resolve("launcher-1.jar");
        try (OutputStream out = Files.newOutputStream(launcher); JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.finish();
        }
        directory = home.resolve("start");
        PreparedStart.make(directory, launcher, bundles);
    }

    @Test
    void theClassPathIsTheLauncherAndTheCopies() throws Exception {
        try (JarFile jar = new JarFile(directory.resolve("start.jar").toFile())) {
            Attributes attributes = jar.getManifest().getMainAttributes();
            assertEquals("launcher-1.jar framework-1.jar a-1.jar b-1.jar", attributes.getValue("Class-Path"));
            assertEquals("x.Main", attributes.getValue("Main-Class"));
            assertEquals("java.base/java.io", attributes.getValue("Add-Opens"));
            assertEquals("ALL-UNNAMED", attributes.getValue("Enable-Native-Access"));
        }
        assertArrayEquals(Files.readAllBytes(bundles.get(1)), Files.readAllBytes(directory.resolve("b-1.jar")));
    }

    @Test
    void itIsUsedAsLongAsTheBundlesAreTheSame() {
        assertTrue(PreparedStart.in(directory).isOf(bundles));
        assertTrue(PreparedStart.in(directory).isOf(List.of(home.resolve("launcher-1.jar"), home.resolve("framework-1.jar"))));
    }

    @Test
    void aChangeIsSeenEvenIfSizeAndTimeAreTheSame() throws Exception {
        FileTime time = Files.getLastModifiedTime(bundles.get(0));
        Files.writeString(bundles.get(0), "CONTENT of a-1.jar");
        Files.setLastModifiedTime(bundles.get(0), time);
        assertFalse(PreparedStart.in(directory).isOf(bundles));
    }

    @Test
    void aBundleThatWasNotThereIsSeen() throws Exception {
        Path other = Files.writeString(home.resolve("c-1.jar"), "");
        assertFalse(PreparedStart.in(directory).isOf(List.of(bundles.get(0), other)));
    }

    @Test
    void aDirectoryThatIsNotCompleteIsNotUsed() throws Exception {
        Files.delete(directory.resolve("sums"));
        assertFalse(PreparedStart.in(directory).isOf(bundles));
    }
}
