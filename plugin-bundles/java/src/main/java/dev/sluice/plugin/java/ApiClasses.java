package dev.sluice.plugin.java;

import dev.sluice.api.NbdPlugin;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.BundleWiring;

/** Where the class files of the API are: in a bundle, or in a jar or directory when there is no framework. */
final class ApiClasses {
    /** What a source file can import besides the JDK. */
    static final List<String> PACKAGES = List.of("dev.sluice.api", "dev.sluice.api.util");
    private static final String SUFFIX = ".class";

    private ApiClasses() {
    }

    /** The names of all classes of a package, without the package. */
    static List<String> of(String packageName) throws IOException {
        String folder = packageName.replace('.', '/');
        List<String> names = new ArrayList<>();
        for (String entry : entries(folder)) {
            String name = entry.substring(entry.lastIndexOf('/') + 1);
            if (name.endsWith(SUFFIX) && !name.equals("package-info.class")) {
                names.add(name.substring(0, name.length() - SUFFIX.length()));
            }
        }
        return names;
    }

    /** The bytes of one class. */
    static InputStream open(String className) throws IOException {
        String path = className.replace('.', '/') + SUFFIX;
        InputStream in = NbdPlugin.class.getClassLoader().getResourceAsStream(path);
        if (in == null) {
            throw new IOException("the API has no class file " + path);
        }
        return in;
    }

    private static Collection<String> entries(String folder) throws IOException {
        Bundle bundle = FrameworkUtil.getBundle(NbdPlugin.class);
        if (bundle != null) {
            BundleWiring wiring = bundle.adapt(BundleWiring.class);
            if (wiring == null) {
                throw new IOException("the bundle of the API is not resolved any more");
            }
            return wiring.listResources(folder, "*" + SUFFIX, BundleWiring.LISTRESOURCES_LOCAL);
        }
        URL url = NbdPlugin.class.getClassLoader().getResource(folder);
        if (url == null) {
            throw new IOException("the class files of the API can't be found");
        }
        URLConnection connection = url.openConnection();
        if (connection instanceof JarURLConnection jar) {
            try (Stream<String> all = jar.getJarFile().stream().map(e -> e.getName())) {
                return all.filter(n -> n.startsWith(folder + "/") && n.indexOf('/', folder.length() + 1) < 0).toList();
            }
        }
        try (Stream<Path> files = Files.list(Path.of(url.toURI()))) {
            return files.map(f -> f.getFileName().toString()).toList();
        } catch (URISyntaxException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
