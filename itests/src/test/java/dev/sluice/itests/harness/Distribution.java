package dev.sluice.itests.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the start script would run: the distribution as it was built just now. */
public final class Distribution {
    private static final Pattern NAME = Pattern.compile("(dev\\.sluice\\.(plugin|filter)\\.([a-z0-9-]+?))(-\\d.*)?\\.jar");

    private Distribution() {
    }

    /** The jars of all plugins and filters, by {@code plugin NAME} and {@code filter NAME}. */
    public static Map<String, Path> kinds() throws IOException {
        Map<String, Path> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory(), 2)) {
            files.forEach(file -> {
                Matcher m = NAME.matcher(file.getFileName().toString());
                if (m.matches()) {
                    found.put(m.group(2) + " " + m.group(3), file);
                }
            });
        }
        if (found.isEmpty()) {
            throw new AssertionError(directory() + " has no plugins and filters");
        }
        return found;
    }

    /** The symbolic name of the bundle in a jar of a plugin or filter; other jars have their file name. */
    static String bundleName(Path jar) {
        Matcher m = NAME.matcher(jar.getFileName().toString());
        return m.matches() ? m.group(1) : jar.getFileName().toString();
    }

    private static Path directory() throws IOException {
        for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
            Path target = p.resolve("runtime/distribution/target");
            if (Files.isDirectory(target)) {
                try (Stream<Path> files = Files.list(target)) {
                    return files.filter(f -> Files.isDirectory(f.resolve("plugins"))).findFirst()
                            .orElseThrow(() -> new AssertionError(target + " has no distribution: build it first (mvn -pl "
                                    + "runtime/distribution -am package)"));
                }
            }
        }
        throw new AssertionError("there is no distribution: build it first (mvn -pl runtime/distribution -am package)");
    }
}
