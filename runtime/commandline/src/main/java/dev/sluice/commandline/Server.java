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
    private final ProcessState process;
    private final Configurations configurations;
    private final Listening listening;
    /** The process is told to end. */
    private final CompletableFuture<Void> told = new CompletableFuture<>();
    /** A layer wants the server to end. */
    private final CompletableFuture<Void> wished = new CompletableFuture<>();

    Server(SluiceRuntime runtime, ConfigurationAdmin admin, Launcher launcher, Settings settings, ProcessState process,
            ListenerNeeds needs) {
        this.runtime = runtime;
        this.launcher = launcher;
        this.settings = settings;
        this.process = process;
        this.configurations = new Configurations(admin);
        this.listening = new Listening(runtime, configurations, settings, DEADLINE, needs);
    }

    /**
     * Serves these layers until the process is told to end, a layer wishes it, the client of {@code -s} has gone, or the
     * command of {@code --run} ended. In nbdkit's order: layers, sockets, command, user, file of {@code -P}, clients.
     *
     * @return the status for the process
     * @throws UsageException if it can't start; nothing is left behind
     */
    int serve(List<String> layers) throws Exception {
        Optional<PidFile> pidFile = settings.file(Option.PID_FILE).map(file -> new PidFile(file, ProcessHandle.current().pid()));
        launcher.onStop(() -> told.complete(null));
        AutoCloseable callback = runtime.onShutdownRequest(() -> wished.complete(null));
        Optional<RunCommand> command = Optional.empty();
        try {
            if (settings.has(Option.EXIT_WITH_PARENT)) {
                process.whenParentEnds(launcher.parent(), () -> told.complete(null));
            }
            export(layers);
            Optional<Endpoint> endpoint = Optional.empty();
            Optional<SingleClient> client = Optional.empty();
            if (launcher.isActivated()) {
                process.keepingOutput(listening::openInherited);
            } else if (settings.has(Option.SINGLE)) {
                client = Optional.of(SingleClient.connect(listening.openPrivate(launcher.temporary())));
            } else {
                endpoint = Optional.of(listening.open(launcher.temporary()));
            }
            if (settings.has(Option.SWAP)) {
                process.lockMemory();
            }
            if (endpoint.isPresent() && settings.has(Option.RUN)) {
                command = Optional.of(start(endpoint.get()));
            }
            process.becomeUser(launcher.temporary());
            if (pidFile.isPresent()) {
                pidFile.get().write();
            }
            if (settings.has(Option.PRINT_URI) && endpoint.isPresent()) {
                launcher.out(endpoint.get().announcement());
            }
            listening.resume();
            return command.isPresent() ? run(command.get()) : wait(endpoint, client);
        } finally {
            command.ifPresent(RunCommand::abandon);
            all(callback, configurations::deleteListeners, listening::removeSocket, () -> {
                if (pidFile.isPresent()) {
                    pidFile.get().remove();
                }
            });
        }
    }

    /** Takes each step, whatever becomes of those before it, and throws the first failure at the end. */
    private static void all(AutoCloseable... steps) throws Exception {
        Exception failure = null;
        for (AutoCloseable step : steps) {
            try {
                step.close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
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

    private RunCommand start(Endpoint endpoint) throws UsageException {
        RunCommand command = new RunCommand(endpoint, settings.value(Option.RUN).orElseThrow(), settings.directory());
        command.start();
        return command;
    }

    private int run(RunCommand command) throws Exception {
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
        return command.await(told);
    }

    private int wait(Optional<Endpoint> endpoint, Optional<SingleClient> client) throws IOException {
        endpoint.ifPresent(e -> process.debug("serving " + e.uri()));
        if (client.isPresent()) {
            // standard input and output are the client's
            launcher.ready(false);
            client.get().start();
            CompletableFuture.anyOf(told, wished, client.get().ended()).join();
            return 0;
        }
        process.leaveTerminal(launcher);
        launcher.ready(true);
        CompletableFuture.anyOf(told, wished).join();
        return 0;
    }
}
