package dev.sluice.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Makes bundles of one class each, which also is on the class path of the tests. */
final class Bundles {
    private Bundles() {
    }

    /** A class to put into a bundle. */
    static final class Part {
        private Part() {
        }
    }

    static Path write(Path jar, String version) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "part");
        manifest.getMainAttributes().putValue("Bundle-Version", version);
        String name = Part.class.getName().replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream entries = new JarOutputStream(out, manifest);
                InputStream code = Part.class.getClassLoader().getResourceAsStream(name)) {
            entries.putNextEntry(new ZipEntry(name));
            code.transferTo(entries);
            entries.closeEntry();
        }
        return jar;
    }
}
