package dev.sluice.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleException;

/**
 * Starts Felix with the bundles of the distribution, lets the command line bundle do its work on this thread, stops
 * everything and ends the process. System properties: {@code sluice.home}, {@code sluice.directory},
 * {@code sluice.background}, {@code sluice.program}, {@code sluice.prepare}, {@code sluice.prepared}.
 */
public final class Main {
    private static final long LARGEST_LOG = 4 << 20;

    private final Console console;
    private final Surroundings surroundings;
    private final Container container;
    private final LauncherService service;

    private Main(Console console, Surroundings surroundings, Optional<ServerDirectory> server, Ending ending) throws IOException {
        this.console = console;
        this.surroundings = surroundings;
        Path cache = server.map(ServerDirectory::cache).orElse(surroundings.temporary().resolve("cache"));
        Distribution distribution = new Distribution(surroundings.home());
        // a server in a directory has its bundles updated, so they are bundles from the beginning
        this.container = new Container(distribution, cache, server.isPresent(),
                server.isPresent() ? Optional.empty() : PreparedStart.bundles(distribution), console);
        this.service = new LauncherService(surroundings, server, console, container, ending);
    }

    /** The process. */
    public static void main(String... argv) {
        Console console = Console.PROCESS;
        console.catchStrayOutput();
        // before anything is made that would have to be taken away
        Ending ending = new Ending(console);
        ending.install();
        int status = 1;
        try {
            // under nbdkit's name the first word is always a plugin
            List<String> words = console.program().equals("nbdkit") ? List.of() : List.of(argv);
            if (ServerDirectory.isHelp(words)) {
                console.out(ServerDirectory.USAGE);
                status = 0;
            } else if (System.getProperty(PreparedStart.MAKE) != null) {
                PreparedStart.make(Path.of(System.getProperty(PreparedStart.MAKE)), Path.of(System.getProperty("java.class.path")),
                        new Distribution(Surroundings.distribution()).base());
                status = 0;
            } else if (NewBundle.isMeant(words)) {
                console.out(words.contains("--help") ? NewBundle.USAGE
                        : NewBundle.of(words, Surroundings.callersDirectory()).write(Surroundings.distribution()));
                status = 0;
            } else {
                Optional<ServerDirectory> server = ServerDirectory.of(words, Surroundings.callersDirectory());
                if (server.isPresent()) {
                    console.logTo(new LogFile(server.get().log(), LARGEST_LOG));
                    // it goes on with what can be served, so each problem is told as it comes
                    console.nowServing();
                }
                status = new Main(console, Surroundings.of(argv), server, ending).run();
            }
        } catch (IOException e) {
            console.err(console.program() + ": error: " + e.getMessage());
            if (Surroundings.inBackground()) {
                console.out("exit " + status);
            }
        }
        Runtime.getRuntime().halt(status);
    }

    private int run() {
        int status = serve();
        try {
            container.stop();
        } catch (BundleException | RuntimeException e) {
            console.message(System.Logger.Level.WARNING, "did not stop cleanly", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            surroundings.deleteTemporary();
        } catch (IOException e) {
            console.message(System.Logger.Level.WARNING, "can't delete " + surroundings.temporary(), e);
        }
        if (surroundings.background() && !service.saidReady()) {
            console.out("exit " + status);
        }
        return status;
    }

    private int serve() {
        List<String> argv = surroundings.argv();
        try {
            container.start(argv, service);
            return (Integer) container.commandLine().call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } catch (Exception e) {
            console.verbose(console.verbose() || argv.contains("-v") || argv.contains("--verbose"));
            console.message(System.Logger.Level.ERROR, "can't start", e);
            return 1;
        }
    }
}
