package dev.sluice.itests.live;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Bundle;

/** The same bundle with another version, as a new release would be. */
public final class Versions {
    private Versions() {
    }

    /** Writes the bundle into a directory again, with this version. */
    public static Path of(Bundle bundle, String version, Path directory) throws IOException {
        Path jar = directory.resolve(bundle.getSymbolicName() + "-" + version + ".jar");
        try (InputStream file = Files.newInputStream(source(bundle)); JarInputStream in = new JarInputStream(file)) {
            Manifest manifest = new Manifest(in.getManifest());
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            try (OutputStream target = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(target, manifest)) {
                for (JarEntry e = in.getNextJarEntry(); e != null; e = in.getNextJarEntry()) {
                    out.putNextEntry(new JarEntry(e.getName()));
                    in.transferTo(out);
                    out.closeEntry();
                }
            }
        }
        return jar;
    }

    /** The jar that a bundle was installed from, whether by the harness or by an upgrade. */
    public static Path source(Bundle bundle) {
        String location = bundle.getLocation();
        int mark = location.indexOf('#');
        String path = mark < 0 ? location : location.substring(0, mark);
        return path.startsWith("file:") ? Path.of(URI.create(path)) : Path.of(path);
    }
}
