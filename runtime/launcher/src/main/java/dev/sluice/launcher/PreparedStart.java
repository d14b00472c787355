package dev.sluice.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.CRC32;

/**
 * What a first start leaves behind for the later ones: copies of the launcher, the framework and the base bundles, and a jar
 * whose class path they are, so that the JVM can keep an archive of their classes as they are when loaded and linked.
 * Copies, because neither a running server nor the archive may find other code there than was loaded: a JVM with an
 * AOT cache does not look whether its class path has changed. So here it is looked after whether each copy still is the
 * same as what it was made of, and what replaced that runs at once.
 *
 * @param directory absolute
 * @param sums of what was copied, by file name
 */
record PreparedStart(Path directory, Map<String, String> sums) {
    /** System property: the directory to prepare; then nothing else is done. */
    static final String MAKE = "sluice.prepare";
    /** System property: the prepared directory whose class path this JVM runs with. */
    static final String USE = "sluice.prepared";
    private static final String SUMS = "sums";
    private static final String CLASS_PATH = "start.jar";

    /**
     * Prepares a directory.
     *
     * @param launcher the jar of this launcher
     * @param bundles what else goes on the class path, in this order
     * @throws IOException if a file can't be read or written
     */
    static void make(Path directory, Path launcher, List<Path> bundles) throws IOException {
        Manifest manifest = new Manifest();
        List<Path> jars = new ArrayList<>(List.of(launcher));
        try (JarFile jar = new JarFile(launcher.toFile())) {
            Attributes attributes = jar.getManifest().getMainAttributes();
            for (String name : new String[] {"Main-Class", "Add-Opens", "Enable-Native-Access"}) {
                manifest.getMainAttributes().putValue(name, attributes.getValue(name));
            }
            for (String name : attributes.getValue(Attributes.Name.CLASS_PATH).split(" ")) {
                jars.add(launcher.resolveSibling(name));
            }
        }
        jars.addAll(bundles);
        Files.createDirectories(directory);
        StringBuilder path = new StringBuilder();
        StringBuilder sums = new StringBuilder();
        for (Path jar : jars) {
            byte[] content = Files.readAllBytes(jar);
            Files.write(directory.resolve(jar.getFileName()), content);
            sums.append(sum(content)).append(' ').append(jar.getFileName()).append('\n');
            path.append(path.isEmpty() ? "" : " ").append(jar.getFileName());
        }
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, path.toString());
        try (OutputStream out = Files.newOutputStream(directory.resolve(CLASS_PATH));
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.finish();
        }
        // last: without it the directory is not used
        Files.writeString(directory.resolve(SUMS), sums);
    }

    /**
     * The base bundles that this JVM has on its class path; empty if it has none, or one of them is not the distribution's
     * any more. Then the next start prepares again, if whoever starts it may write there.
     *
     * @throws IOException with one line for the user if the code that runs here is not the distribution's any more
     */
    static Optional<ClassPathBundles> bundles(Distribution distribution) throws IOException {
        String directory = System.getProperty(USE, "");
        if (directory.isEmpty()) {
            return Optional.empty();
        }
        PreparedStart prepared = in(Path.of(directory));
        List<Path> bundles = distribution.base();
        if (prepared.isOf(bundles) && prepared.isOf(distribution.running())) {
            return Optional.of(new ClassPathBundles(prepared, bundles));
        }
        try {
            Files.deleteIfExists(prepared.directory().resolve(SUMS));
        } catch (IOException e) {
            System.getLogger(PreparedStart.class.getName()).log(System.Logger.Level.DEBUG, "can't give up " + directory, e);
        }
        if (!prepared.isOf(distribution.running())) {
            throw new IOException("the distribution was replaced since its quick start was prepared in " + directory
                    + "; start again, and remove that directory if this line comes again");
        }
        return Optional.empty();
    }

    /** What the directory has; nothing can be used if it can't be read. */
    static PreparedStart in(Path directory) {
        Map<String, String> sums = new HashMap<>();
        try {
            for (String line : Files.readAllLines(directory.resolve(SUMS))) {
                int blank = line.indexOf(' ');
                sums.put(line.substring(blank + 1), line.substring(0, blank));
            }
        } catch (IOException | IndexOutOfBoundsException e) {
            sums.clear();
        }
        return new PreparedStart(directory, sums);
    }

    /** Whether all these jars are the same as when they were copied. */
    boolean isOf(List<Path> jars) {
        for (Path jar : jars) {
            try {
                if (!sum(Files.readAllBytes(jar)).equals(sums.get(jar.getFileName().toString()))) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    private static String sum(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return content.length + "-" + crc.getValue();
    }
}
