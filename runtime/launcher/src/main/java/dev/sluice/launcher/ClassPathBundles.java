package dev.sluice.launcher;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.connect.ConnectContent;
import org.osgi.framework.connect.ConnectModule;
import org.osgi.framework.connect.ModuleConnector;

/**
 * Bundles whose classes are on the class path of the process: they are installed and behave as all bundles do, but their
 * classes come out of the JVM's archive. That goes for what is installed first. Who updates or refreshes such a bundle
 * gets what every bundle gets, a class loader of its own with the new content.
 */
final class ClassPathBundles implements ModuleConnector {
    private final Map<String, Path> copies = new HashMap<>();

    /**
     * Of bundles that stand in a prepared directory.
     *
     * @param bundles as they are installed
     */
    ClassPathBundles(PreparedStart prepared, List<Path> bundles) {
        for (Path bundle : bundles) {
            copies.put(bundle.toUri().toString(), prepared.directory().resolve(bundle.getFileName()));
        }
    }

    @Override
    public void initialize(File storage, Map<String, String> configuration) {
        // nothing to keep
    }

    @Override
    public synchronized Optional<ConnectModule> connect(String location) {
        // the second time it is another revision
        return Optional.ofNullable(copies.remove(location)).map(Content::new).map(content -> () -> content);
    }

    @Override
    public Optional<BundleActivator> newBundleActivator() {
        return Optional.empty();
    }

    /** One jar. The framework opens it once, and closes it. */
    private static final class Content implements ConnectContent {
        private final Path jar;
        private ZipFile zip;

        Content(Path jar) {
            this.jar = jar;
        }

        @Override
        public synchronized void open() throws IOException {
            if (zip == null) {
                zip = new ZipFile(jar.toFile());
            }
        }

        @Override
        public synchronized void close() throws IOException {
            if (zip != null) {
                zip.close();
                zip = null;
            }
        }

        @Override
        public Optional<ClassLoader> getClassLoader() {
            return Optional.of(ClassPathBundles.class.getClassLoader());
        }

        @Override
        public Optional<Map<String, String>> getHeaders() {
            // the framework reads the manifest
            return Optional.empty();
        }

        @Override
        public Iterable<String> getEntries() throws IOException {
            return opened().stream().map(ZipEntry::getName).toList();
        }

        @Override
        public Optional<ConnectEntry> getEntry(String name) {
            try {
                ZipFile from = opened();
                return Optional.ofNullable(from.getEntry(name)).map(entry -> new Entry(from, entry));
            } catch (IOException e) {
                return Optional.empty();
            }
        }

        private synchronized ZipFile opened() throws IOException {
            if (zip == null) {
                throw new IOException(jar + " is closed");
            }
            return zip;
        }
    }

    /** One file in a jar. */
    private record Entry(ZipFile zip, ZipEntry entry) implements ConnectContent.ConnectEntry {
        @Override
        public String getName() {
            return entry.getName();
        }

        @Override
        public long getContentLength() {
            return entry.getSize();
        }

        @Override
        public long getLastModified() {
            // not known: to work it out takes the JDK's time zones, and nobody asks
            return 0;
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return zip.getInputStream(entry);
        }
    }
}
