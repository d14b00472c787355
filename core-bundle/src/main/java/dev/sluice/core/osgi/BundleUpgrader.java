package dev.sluice.core.osgi;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl.ChangeOptions;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.core.export.Export;
import dev.sluice.core.export.Exports;
import dev.sluice.core.export.Kind;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Failures;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import dev.sluice.core.view.RuntimeControl;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/**
 * Blue/green: installs the new bundle beside the old one and moves the layers over. Needs another version, or a framework
 * that allows bundles of equal name and version beside each other ({@code org.osgi.framework.bsnversion=multiple}).
 */
final class BundleUpgrader implements RuntimeControl.Upgrader {
    private static final Duration ARRIVAL = Duration.ofSeconds(10);
    private static final Duration BUSY = Duration.ofSeconds(60);

    private final BundleContext context;
    private final Platform platform;
    private final ServiceKinds kinds;
    private final Exports exports;
    private final Monitor oneAtATime;
    private long installed;

    BundleUpgrader(BundleContext context, Platform platform, ServiceKinds kinds, Exports exports) {
        this.context = context;
        this.platform = platform;
        this.kinds = kinds;
        this.exports = exports;
        this.oneAtATime = platform.monitor("upgrades");
    }

    @Override
    public List<SwapRecord> upgrade(String location, ChangeOptions options) {
        if (!oneAtATime.tryLock(Deadline.after(platform, BUSY))) {
            throw new ConfigException(location + ": another upgrade has not ended for " + BUSY.toSeconds() + " s");
        }
        try {
            return upgradeNow(location, options);
        } finally {
            oneAtATime.unlock();
        }
    }

    private List<SwapRecord> upgradeNow(String location, ChangeOptions options) {
        // The system bundle's context: what is installed here must outlive the core.
        BundleContext system = context.getBundle(org.osgi.framework.Constants.SYSTEM_BUNDLE_LOCATION).getBundleContext();
        Bundle fresh = install(system, location);
        try {
            List<Kind> olds = oldKinds(fresh);
            if (options.dryRun()) {
                List<SwapRecord> would = new ArrayList<>();
                for (Kind old : olds) {
                    for (Export export : users(old)) {
                        would.add(named(export.upgrade(old, old, options), old, fresh));
                    }
                    for (Export export : held(old)) {
                        would.add(new SwapRecord(Instant.now(), export.name(), "put " + old.name() + " of " + fresh.getSymbolicName() + " "
                                + fresh.getVersion() + " in", "would be tried", 0, Duration.ZERO, export.connections().size(), List.of()));
                    }
                }
                uninstall(fresh);
                return would;
            }
            Map<Kind, List<Export>> held = new LinkedHashMap<>();
            olds.forEach(old -> held.put(old, held(old)));
            fresh.start();
            List<SwapRecord> done = moveAll(olds, held, fresh, options);
            for (Bundle old : olds.stream().map(k -> ((ServiceKind) k).serviceBundle()).distinct().toList()) {
                uninstall(old);
            }
            return done;
        } catch (BundleException e) {
            uninstall(fresh);
            throw new ConfigException(location + ": the bundle does not start: " + Failures.line(e), e);
        } catch (ConfigException e) {
            uninstall(fresh);
            throw e;
        } catch (IllegalStateException e) {
            // The framework takes the core away in this moment, and the new bundle with it.
            throw new ConfigException(location + ": the server is stopping", e);
        }
    }

    /** In a dry run the new bundle does not start, so there is no kind of it that could be named. */
    private static SwapRecord named(SwapRecord would, Kind old, Bundle fresh) {
        String what = "upgrade " + old.name() + " from " + old.bundle() + " " + old.version() + " to " + fresh.getSymbolicName() + " "
                + fresh.getVersion();
        return new SwapRecord(would.when(), would.export(), what, would.result(), would.drained(), would.pause(), would.connections(),
                would.stranded());
    }

    private Bundle install(BundleContext system, String location) {
        try (InputStream in = open(location)) {
            // a URL, so that the bundle can be updated in place later
            String url = isFile(location) ? Path.of(location).toAbsolutePath().toUri().toString() : location;
            return system.installBundle(url + "#" + ++installed + "-" + platform.nanoTime(), in);
        } catch (IOException e) {
            throw new ConfigException(location + ": can't be read: " + Failures.line(e), e);
        } catch (BundleException e) {
            String hint = e.getType() == BundleException.DUPLICATE_BUNDLE_ERROR
                    ? "; a bundle of the same name and version is there, update it in place or give the new one another version" : "";
            throw new ConfigException(location + ": can't be installed: " + Failures.line(e) + hint, e);
        }
    }

    private static boolean isFile(String location) {
        return location.indexOf(':') < 2;
    }

    private static InputStream open(String location) throws IOException {
        Path path = location.startsWith("file:") ? Path.of(URI.create(location)) : Path.of(location);
        if (isFile(location) || location.startsWith("file:")) {
            return Files.newInputStream(path);
        }
        try {
            return URI.create(location).toURL().openStream();
        } catch (MalformedURLException | IllegalArgumentException e) {
            throw new IOException("neither a file nor a URL", e);
        }
    }

    /** The kinds that the bundle of the same symbolic name serves now. */
    private List<Kind> oldKinds(Bundle fresh) {
        List<Kind> olds = new ArrayList<>();
        for (ServiceKind kind : kinds.present()) {
            if (kind.bundle().equals(fresh.getSymbolicName()) && kind.bundleId() != fresh.getBundleId()) {
                olds.add(kind);
            }
        }
        if (olds.isEmpty()) {
            throw new ConfigException("no running plugin or filter comes from a bundle " + fresh.getSymbolicName()
                    + "; install a new bundle instead of upgrading");
        }
        return olds;
    }

    private List<Export> users(Kind old) {
        return exports.all().stream().filter(e -> e.slots().stream().anyMatch(s -> s.kind() == old)).toList();
    }

    /** Exports whose clients wait for a kind of this name, because the one that is there could not take over. */
    private List<Export> held(Kind old) {
        return exports.all().stream().filter(e -> e.state() == ExportState.HELD && e.slots().stream().anyMatch(
                s -> s.layer() == null && s.spec().filter() == old.filter() && s.spec().kind().equals(old.name()))).toList();
    }

    private List<SwapRecord> moveAll(List<Kind> olds, Map<Kind, List<Export>> held, Bundle fresh, ChangeOptions options) {
        List<SwapRecord> done = new ArrayList<>();
        List<Runnable> back = new ArrayList<>();
        try {
            for (Kind old : olds) {
                Kind successor = awaitKind(old, fresh);
                for (Export export : held.get(old)) {
                    // They can't go back: nothing served them before.
                    done.add(export.putBack());
                }
                for (Export export : users(old)) {
                    done.add(export.upgrade(old, successor, options));
                    back.add(() -> export.upgrade(successor, old, options));
                }
            }
            return done;
        } catch (ConfigException e) {
            Failures failures = new Failures();
            for (int i = back.size() - 1; i >= 0; i--) {
                failures.run(back.get(i)::run);
            }
            if (failures.first() != null) {
                throw new ConfigException(e.getMessage() + "; and going back failed: " + Failures.line(failures.first()), e);
            }
            throw e;
        }
    }

    private Kind awaitKind(Kind old, Bundle fresh) {
        Deadline deadline = Deadline.after(platform, ARRIVAL);
        while (true) {
            for (ServiceKind kind : kinds.present()) {
                if (kind.bundleId() == fresh.getBundleId() && kind.name().equals(old.name()) && kind.filter() == old.filter()) {
                    return kind;
                }
            }
            if (context.getBundle(org.osgi.framework.Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.STOPPING) {
                throw new ConfigException("the framework is stopping");
            }
            if (fresh.getState() != Bundle.ACTIVE && fresh.getState() != Bundle.STARTING) {
                throw new ConfigException(fresh.getSymbolicName() + " " + fresh.getVersion() + " was stopped before it was used");
            }
            if (deadline.isOver()) {
                throw new ConfigException(fresh.getSymbolicName() + " " + fresh.getVersion() + " has started but offers no "
                        + (old.filter() ? "filter" : "plugin") + " '" + old.name() + "' within " + ARRIVAL.toSeconds()
                        + " s; is it bound to another version of the API?");
            }
            platform.park(this, 1_000_000);
        }
    }

    private static void uninstall(Bundle bundle) {
        try {
            bundle.uninstall();
        } catch (BundleException e) {
            System.getLogger("dev.sluice.swap").log(System.Logger.Level.WARNING, "uninstalling " + bundle + ": " + Failures.line(e));
        }
    }
}
