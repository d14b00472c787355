package dev.sluice.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/**
 * The bundles of a server: those of its own {@code bundles/}, those of the distribution unless its own has one of the same
 * symbolic name, and those that come and go in {@code deploy/}. Used by one thread at a time.
 */
final class Bundles {
    private final BundleContext context;
    private final Path root;
    private final Consumer<String> problems;
    private final Watched deploy;
    private final Map<String, Bundle> deployed = new HashMap<>();

    Bundles(BundleContext context, Path root, Consumer<String> problems) {
        // the system bundle's: what is installed here must outlive this bundle
        this.context = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getBundleContext();
        this.root = root;
        this.problems = problems;
        this.deploy = new Watched(root.resolve("deploy"), ".jar");
    }

    /** Installs and starts all that a start needs. */
    void start(Path home) throws IOException {
        List<Path> jars = new ArrayList<>(Jars.in(root.resolve("bundles")));
        Set<String> own = new HashSet<>();
        jars.forEach(jar -> Jars.symbolicName(jar).ifPresent(own::add));
        for (String directory : new String[] {"plugins", "filters"}) {
            for (Path jar : Jars.in(home.resolve(directory))) {
                if (Jars.symbolicName(jar).filter(own::contains).isEmpty()) {
                    jars.add(jar);
                }
            }
        }
        List<Bundle> installed = new ArrayList<>();
        for (Path jar : jars) {
            Bundle bundle = install(jar);
            if (bundle != null) {
                installed.add(bundle);
            }
        }
        // all are there before one starts, since they may need each other
        installed.forEach(b -> start(b, b.getLocation()));
    }

    /** Starts what shows the server to monitors, unless it is there already; any thread. */
    void observe(Path home) {
        try {
            for (Path jar : Jars.in(home.resolve("observability"))) {
                if (context.getBundle(jar.toUri().toString()) == null) {
                    Bundle bundle = install(jar);
                    if (bundle != null) {
                        start(bundle, bundle.getLocation());
                    }
                }
            }
        } catch (IOException e) {
            problems.accept("observability: " + line(e));
        }
    }

    /** Takes over what has changed in {@code deploy/}. @param first the first time, before anything is served */
    void look(boolean first) {
        try {
            Watched.Changes changes = deploy.look(first);
            for (String name : changes.gone()) {
                Bundle bundle = deployed.remove(name);
                if (bundle != null && bundle.getState() != Bundle.UNINSTALLED) {
                    bundle.uninstall();
                }
            }
            List<String> fresh = new ArrayList<>();
            for (String name : changes.present()) {
                Bundle bundle = deployed.get(name);
                if (bundle == null || bundle.getState() == Bundle.UNINSTALLED) {
                    fresh.add(name);
                } else {
                    update(bundle, name);
                }
            }
            deployAll(fresh);
        } catch (IOException | BundleException e) {
            problems.accept("deploy: " + line(e));
        }
    }

    private void deployAll(List<String> names) {
        for (String name : names) {
            Bundle bundle = install(root.resolve("deploy").resolve(name));
            if (bundle != null) {
                deployed.put(name, bundle);
            }
        }
        names.stream().filter(deployed::containsKey).forEach(n -> start(deployed.get(n), deployed.get(n).getLocation()));
    }

    private void update(Bundle bundle, String name) {
        try (InputStream in = Files.newInputStream(root.resolve("deploy").resolve(name))) {
            bundle.update(in);
            start(bundle, bundle.getLocation());
        } catch (IOException | BundleException e) {
            problems.accept("deploy/" + name + ": not updated, the old bundle stays: " + line(e));
        }
    }

    private Bundle install(Path jar) {
        String location = jar.toUri().toString();
        try (InputStream in = Files.newInputStream(jar)) {
            return context.installBundle(location, in);
        } catch (IOException | BundleException e) {
            problems.accept(shown(location) + ": not installed: " + line(e));
            return null;
        }
    }

    private void start(Bundle bundle, String location) {
        if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null) {
            return;
        }
        try {
            bundle.start();
        } catch (BundleException e) {
            problems.accept(shown(location) + ": installed, but does not start: " + line(e));
        }
    }

    private String shown(String location) {
        String inside = root.toUri().toString();
        return location.startsWith(inside) ? location.substring(inside.length()) : location;
    }

    /** One line, with the cause where the exception says less than that. */
    private static String line(Exception e) {
        Throwable cause = e.getCause();
        String text = e.getMessage() + (cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage());
        return text.replace('\n', ' ');
    }
}
