package dev.sluice.daemon;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.SluiceRuntime;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** One server from its directory to its end. Used by one thread. */
final class Serving {
    private static final System.Logger LOG = System.getLogger("dev.sluice.server");
    private static final Duration SETTLE = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 500;
    private static final long END_SECONDS = 60;
    /** A bundle that nobody starts who does not want it. */
    private static final String OBSERVABILITY = "dev.sluice.observability";

    private final BundleContext context;
    private final Launcher launcher;
    private final SluiceRuntime runtime;
    private final ConfigurationAdmin admin;
    private final Consoles consoles;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final List<Configuration> listeners = new ArrayList<>();

    Serving(BundleContext context, Launcher launcher, SluiceRuntime runtime, ConfigurationAdmin admin, Consoles consoles) {
        this.context = context;
        this.launcher = launcher;
        this.runtime = runtime;
        this.admin = admin;
        this.consoles = consoles;
    }

    private static void problem(String line) {
        LOG.log(System.Logger.Level.ERROR, line);
    }

    /**
     * Serves until the process is told to end or a layer wishes it.
     *
     * @throws ConfigException it can't start as it was told on the command line
     */
    void serve(Options options) throws Exception {
        if (options.verbose()) {
            launcher.verbose();
        }
        Path root = launcher.server();
        ConfigDirectory configurations = new ConfigDirectory(root, admin, Serving::problem, launcher::startPsk);
        Bundles bundles = new Bundles(context, root, Serving::problem);
        launcher.onStop(() -> end.complete(null));
        removeStaleSockets(root);
        ScheduledExecutorService etc = watcher("sluice-etc");
        ScheduledExecutorService deploy = watcher("sluice-deploy");
        AutoCloseable callback = runtime.onShutdownRequest(() -> end.complete(null));
        ServiceRegistration<?> service = register(new DirectoryService(root, configurations));
        ShellSocket shell = new ShellSocket(root.resolve("shell.sock"), consoles);
        try {
            bundles.start(launcher.home());
            bundles.look(true);
            configurations.look(true);
            listen(options, configurations, root);
            settle();
            if (options.pidFile().isPresent()) {
                Files.writeString(options.pidFile().get(), ProcessHandle.current().pid() + "\n");
            }
            etc.scheduleWithFixedDelay(guarded(() -> {
                configurations.look(false);
                observe(configurations, bundles);
            }), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
            // apart: an update in place waits until clients' requests have left the old code
            deploy.scheduleWithFixedDelay(guarded(() -> bundles.look(false)), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
            launcher.ready();
            observe(configurations, bundles);
            end.join();
        } finally {
            shell.close();
            stop(etc);
            stop(deploy);
            service.unregister();
            callback.close();
            for (Configuration listener : listeners) {
                listener.delete();
            }
            if (options.pidFile().isPresent()) {
                Files.deleteIfExists(options.pidFile().get());
            }
        }
    }

    private void observe(ConfigDirectory configurations, Bundles bundles) {
        if (configurations.has(OBSERVABILITY)) {
            bundles.observe(launcher.home());
        }
    }

    private ServiceRegistration<?> register(DirectoryService service) {
        return context.registerService(BiFunction.class, service, new Hashtable<>(Map.of(DirectoryService.PROPERTY, Boolean.TRUE)));
    }

    private void listen(Options options, ConfigDirectory configurations, Path root) throws IOException {
        List<String> addresses = new ArrayList<>(options.addresses());
        if (addresses.isEmpty() && !configurations.hasAny(SluiceRuntime.LISTENER_PID)) {
            Path socket = root.resolve("nbd.sock");
            OwnerOnly.in(root, () -> {
                listen(configurations, "default", "unix:" + socket);
                return Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            });
        }
        for (int i = 0; i < addresses.size(); i++) {
            listen(configurations, "command-line-" + (i + 1), addresses.get(i));
        }
    }

    private void listen(ConfigDirectory configurations, String name, String address) throws IOException {
        listeners.add(configurations.transientOne(SluiceRuntime.LISTENER_PID + "~" + name, Map.of("name", name, "address", address)));
        ListenerStatus status = runtime.awaitListener(name, SETTLE)
                .orElseThrow(() -> new ConfigException("nobody listens after " + SETTLE.toSeconds() + " seconds; -v says more"));
        if (!status.listening()) {
            throw new ConfigException(status.why());
        }
    }

    /** Waits until what was configured is up, and says what is not. */
    private void settle() {
        for (ExportStatus export : runtime.exports()) {
            ExportStatus now = runtime.awaitExport(export.name(), SETTLE).orElse(export);
            if (now.state() != ExportState.ACTIVE && now.state() != ExportState.DISABLED) {
                problem("export " + now.name() + " is " + now.state().name().toLowerCase(Locale.ROOT) + ": " + now.why());
            }
        }
    }

    /** Sockets in the directory that a server left behind which was killed; whoever has the directory is alone. */
    private static void removeStaleSockets(Path root) throws IOException {
        try (var files = Files.newDirectoryStream(root, "*.sock")) {
            for (Path file : files) {
                if (!Files.isRegularFile(file) && !Files.isDirectory(file) && !answers(file)) {
                    Files.delete(file);
                }
            }
        }
    }

    private static boolean answers(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static ScheduledExecutorService watcher(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** An executor would never run a task again that failed. */
    private static Runnable guarded(Runnable look) {
        return () -> {
            try {
                look.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a change of the directory is passed over", e);
            }
        };
    }

    private static void stop(ScheduledExecutorService watcher) throws InterruptedException {
        watcher.shutdown();
        if (!watcher.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
            problem("a change of the directory is still under way after " + END_SECONDS + " seconds");
        }
    }
}
