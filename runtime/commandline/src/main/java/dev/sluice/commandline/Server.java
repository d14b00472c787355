package dev.sluice.commandline;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.SluiceRuntime;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.osgi.service.cm.ConfigurationAdmin;

/** One server from its configuration to its end. Used by one thread. */
final class Server {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    /** The export that answers to every name, as nbdkit does. */
    private static final String CATCH_ALL = "*";

    private final SluiceRuntime runtime;
    private final Launcher launcher;
    private final Settings settings;
    private final Configurations configurations;
    private final Listening listening;
    /** The process is told to end. */
    private final CompletableFuture<Void> told = new CompletableFuture<>();
    /** A layer wants the server to end. */
    private final CompletableFuture<Void> wished = new CompletableFuture<>();

    Server(SluiceRuntime runtime, ConfigurationAdmin admin, Launcher launcher, Settings settings) {
        this.runtime = runtime;
        this.launcher = launcher;
        this.settings = settings;
        this.configurations = new Configurations(admin);
        this.listening = new Listening(runtime, configurations, settings, DEADLINE);
    }

    /**
     * Serves these layers until the process is told to end, a layer wishes it, or the command of {@code --run} ended.
     *
     * @return the status for the process
     * @throws UsageException if it can't start; nothing is left behind
     */
    int serve(List<String> layers) throws Exception {
        Optional<PidFile> pidFile = settings.file(Option.PID_FILE).map(file -> new PidFile(file, ProcessHandle.current().pid()));
        launcher.onStop(() -> told.complete(null));
        AutoCloseable callback = runtime.onShutdownRequest(() -> wished.complete(null));
        try {
            export(layers);
            Endpoint endpoint = listening.open(launcher.temporary());
            if (pidFile.isPresent()) {
                pidFile.get().write();
            }
            if (settings.has(Option.PRINT_URI)) {
                launcher.out(endpoint.announcement());
            }
            return settings.has(Option.RUN) ? run(endpoint) : wait(endpoint);
        } finally {
            callback.close();
            configurations.deleteListeners();
            listening.removeSocket();
            if (pidFile.isPresent()) {
                pidFile.get().remove();
            }
        }
    }

    private void export(List<String> layers) throws UsageException, IOException {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("name", CATCH_ALL);
        properties.put("layers", layers.toArray(new String[0]));
        properties.put("read-only", settings.has(Option.READ_ONLY));
        properties.put("directory", settings.directory().toString());
        configurations.export(properties);
        Optional<ExportStatus> status = runtime.awaitExport(CATCH_ALL, DEADLINE);
        if (status.isEmpty() || status.get().state() == ExportState.STARTING) {
            throw UsageException.error("the export is not ready after " + DEADLINE.toSeconds() + " seconds; -v says more");
        }
        if (status.get().state() != ExportState.ACTIVE) {
            String why = status.get().why();
            throw UsageException.error(why.isEmpty() ? "the export is " + status.get().state().name().toLowerCase(Locale.ROOT) : why);
        }
    }

    private int run(Endpoint endpoint) throws Exception {
        // the command needs the standard streams as long as it runs
        launcher.ready(false);
        // a server that a layer ended takes no new clients, but the command goes on and its status counts
        wished.thenRun(() -> {
            try {
                configurations.deleteListeners();
            } catch (IOException e) {
                launcher.error(e.getMessage());
            }
        });
        return new RunCommand(endpoint, settings.value(Option.RUN).orElseThrow(), settings.directory()).run(told);
    }

    private int wait(Endpoint endpoint) {
        System.getLogger(Server.class.getName()).log(System.Logger.Level.DEBUG, "serving " + endpoint.uri());
        launcher.ready(true);
        CompletableFuture.anyOf(told, wished).join();
        return 0;
    }
}
