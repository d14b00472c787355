package dev.sluice.daemon;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** What can be told from jars without installing them. */
final class Jars {
    private Jars() {
    }

    /** The jars of a directory, by name; none if there is no such directory. */
    static List<Path> in(Path directory) throws IOException {
        List<Path> jars = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "[!.]*.jar")) {
                files.forEach(jars::add);
            }
        }
        jars.sort(null);
        return jars;
    }

    /** Its symbolic name; empty if it is no bundle or can't be read, which whoever installs it will find. */
    static Optional<String> symbolicName(Path jar) {
        return header(jar, "Bundle-SymbolicName").map(name -> name.replaceFirst(";.*", "").strip());
    }

    /** Its version; empty as for the name. */
    static Optional<String> version(Path jar) {
        return header(jar, "Bundle-Version").map(String::strip);
    }

    private static Optional<String> header(Path jar, String name) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            return manifest == null ? Optional.empty() : Optional.ofNullable(manifest.getMainAttributes().getValue(name));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
