package dev.sluice.core.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * The core loaded once more, with points in its code where a simulation can switch threads, and the simulation beside it.
 * What is seen from outside is in types of the JDK.
 */
public final class SimulatedCore extends ClassLoader {
    private static final String PREFIX = "dev.sluice.core.";
    private final Map<String, byte[]> changed = new HashMap<>();
    private final Instrumenter instrumenter;

    static {
        registerAsParallelCapable();
    }

    /**
     * Loads it.
     *
     * @param mutation a bug to plant
     */
    SimulatedCore(Mutation mutation) {
        super(SimulatedCore.class.getClassLoader());
        instrumenter = new Instrumenter(mutation);
        Map<String, byte[]> core = read();
        core.values().forEach(instrumenter::scan);
        core.forEach((name, code) -> changed.put(name, instrumenter.change(code)));
        // No class may be initialized in the middle of a run: whoever does it holds a lock of the JVM's.
        changed.keySet().stream().sorted(Comparator.naturalOrder()).forEach(this::initialize);
        initialize(mutation.type().isEmpty() ? PREFIX + "simulation.Run" : mutation.type().replace('/', '.'));
        if (mutation != Mutation.NONE && !instrumenter.mutated()) {
            throw new IllegalStateException("there is nothing any more to plant the bug '" + mutation.name() + "' in: " + mutation);
        }
    }

    private void initialize(String name) {
        try {
            Class.forName(name, true, this);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a seed: null if all is well, otherwise what is wrong; and what stands for all that happened. */
    @SuppressWarnings("unchecked")
    LongFunction<Map<String, Object>> runner() {
        try {
            return (LongFunction<Map<String, Object>>) Class.forName(PREFIX + "simulation.Run", true, this).getDeclaredMethod("runner")
                    .invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The compiled classes of the core, without those of its tests. */
    private static Map<String, byte[]> read() {
        try {
            URI here = dev.sluice.core.util.Platform.class.getProtectionDomain().getCodeSource().getLocation().toURI();
            Path root = Path.of(here);
            Map<String, byte[]> found = new HashMap<>();
            try (Stream<Path> files = Files.walk(root)) {
                List<Path> classes = files.filter(f -> f.toString().endsWith(".class"))
                        .filter(f -> !f.endsWith("package-info.class")).toList();
                for (Path file : classes) {
                    String name = root.relativize(file).toString().replace('/', '.').replaceAll("\\.class$", "");
                    if (name.startsWith(PREFIX) && !name.startsWith(PREFIX + "osgi.")) {
                        found.put(name, Files.readAllBytes(file));
                    }
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PREFIX)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] code = changed.get(name);
        if (code == null) {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                code = instrumenter.onlyMutate(in.readAllBytes());
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
        return defineClass(name, code, 0, code.length);
    }
}
