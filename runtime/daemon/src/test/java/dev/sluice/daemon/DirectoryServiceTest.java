package dev.sluice.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryServiceTest {
    @TempDir
    private Path root;
    private DirectoryService service;

    @BeforeEach
    void open() throws IOException {
        for (String part : List.of("etc", "bundles", "deploy")) {
            Files.createDirectory(root.resolve(part));
        }
        service = new DirectoryService(root, new ConfigDirectory(root, null, problem -> { }, () -> { }));
    }

    private Path jar(String place, String name, String version) throws IOException {
        Manifest manifest = new Manifest();
        Attributes a = manifest.getMainAttributes();
        a.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        a.putValue("Bundle-SymbolicName", name + ";singleton:=true");
        a.putValue("Bundle-Version", version);
        Path jar = root.resolve(place);
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }

    private List<String> bundles() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("bundles"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aBundleThatIsKeptReplacesTheOldOne() throws IOException {
        jar("bundles/log.jar", "x.log", "1.0.0");
        Object copy = service.apply("incoming", jar("new.jar", "x.log", "1.1.0").toString());
        assertEquals("bundles/x.log-1.1.0.jar", service.apply("keep", copy));
        assertEquals(List.of("x.log-1.1.0.jar"), bundles());
    }

    @Test
    void aBundleThatIsDiscardedLeavesNothing() throws IOException {
        service.apply("discard", service.apply("incoming", jar("new.jar", "x.log", "1.1.0").toUri().toString()));
        assertEquals(List.of(), bundles());
    }

    @Test
    void aHotDeployedBundleIsReplacedWhereItIs() throws IOException {
        jar("deploy/log.jar", "x.log", "1.0.0");
        String location = jar("new.jar", "x.log", "1.1.0").toString();
        assertEquals("--save: x.log comes from deploy/log.jar; copy the new bundle over that file instead",
                assertThrows(ConfigException.class, () -> service.apply("incoming", location)).getMessage());
        assertEquals(List.of(), bundles());
    }

    @Test
    void whatIsNoBundleIsRefused() throws IOException {
        String file = Files.writeString(root.resolve("x.jar"), "text").toString();
        assertEquals(file + ": is no bundle", assertThrows(ConfigException.class, () -> service.apply("incoming", file)).getMessage());
        assertThrows(ConfigException.class, () -> service.apply("incoming", root.resolve("none.jar").toString()));
        assertEquals(List.of(), bundles());
    }
}
