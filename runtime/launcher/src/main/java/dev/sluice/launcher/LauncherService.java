package dev.sluice.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.osgi.framework.BundleException;

/**
 * What the launcher does for bundles. It is a service of a JDK type, because the launcher is outside the framework and
 * shares no class with it: {@code java.util.function.BiFunction} with the property {@code dev.sluice.launcher=true},
 * called with one of these words and one value. The other side is {@code dev.sluice.commandline.Launcher}.
 *
 * <pre>
 * word        value     answer
 * argv        -         String[]: the command line
 * directory   -         String: where the caller stood, absolute
 * home        -         String: the distribution
 * server      -         String: the directory of a server in a directory, made and locked; else null
 * program     -         String: the name for messages
 * temporary   -         String: a directory of this process alone, deleted at the end
 * background  -         Boolean: a script waits for ready
 * activated   -         Boolean: standard input is a listening socket that this process was started with
 * parent      -         Long: the process that started this one
 * out, err    String    prints it to standard output or error, as it is, with a line feed
 * error       String    prints an error or a warning to where log says, as it is, with a line feed
 * log         Consumer  takes errors and warnings, a String each, from now on; null: standard error does
 * verbose     Boolean   shows debug messages and stack traces from now on
 * bundles     -         starts the plugins and filters that were left out so far, before it returns
 * bundle      String    starts a plugin or filter from this file; answers with the location of its bundle
 * part        String    starts a part of the distribution that few servers need: psk
 * ready       Boolean   the server serves; true: let go of the standard streams. Starts what could wait
 *                       in the background. Fails if the script that waits for it is gone
 * onStop      Runnable  called once, by another thread, when the process is told to end (also if it was already)
 * </pre>
 *
 * <p>The command line itself is a {@code java.util.concurrent.Callable} with the property
 * {@code dev.sluice.commandline=true}; the main thread calls it once, and ends the process with the Integer that it
 * answers.
 */
final class LauncherService implements BiFunction<String, Object, Object> {
    static final String PROPERTY = "dev.sluice.launcher";

    private final Surroundings surroundings;
    private final Optional<ServerDirectory> server;
    private final Console console;
    private final Container container;
    private final Ending ending;
    private boolean saidReady;

    LauncherService(Surroundings surroundings, Optional<ServerDirectory> server, Console console, Container container, Ending ending) {
        this.surroundings = surroundings;
        this.server = server;
        this.console = console;
        this.container = container;
        this.ending = ending;
    }

    @Override
    public Object apply(String word, Object value) {
        try {
            return answer(word, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the waiting script has had its answer. */
    synchronized boolean saidReady() {
        return saidReady;
    }

    private Object answer(String word, Object value) throws IOException {
        switch (word) {
            case "argv":
                return surroundings.argv().toArray(new String[0]);
            case "directory":
                return surroundings.directory().toString();
            case "home":
                return surroundings.home().toString();
            case "server":
                return server.map(s -> s.path().toString()).orElse(null);
            case "program":
                return console.program();
            case "temporary":
                return surroundings.temporary().toString();
            case "background":
                return surroundings.background();
            case "activated":
                return Boolean.getBoolean("sluice.activated");
            case "parent":
                return Long.getLong("sluice.parent", 0);
            case "out":
                console.out((String) value);
                return null;
            case "err":
                console.err((String) value);
                return null;
            case "error":
                console.error((String) value);
                return null;
            case "log":
                console.errorsTo(asSink(value));
                return null;
            case "verbose":
                console.verbose((Boolean) value);
                return null;
            case "bundles":
                container.startKinds();
                return null;
            case "bundle":
                return startKind(Path.of((String) value));
            case "part":
                startPart((String) value);
                return null;
            case "ready":
                ready((Boolean) value);
                return null;
            case "onStop":
                ending.onStop((Runnable) value);
                return null;
            default:
                throw new IllegalArgumentException("the launcher does not know the word " + word);
        }
    }

    @SuppressWarnings("unchecked")
    private static Consumer<String> asSink(Object value) {
        return (Consumer<String>) value;
    }

    private String startKind(Path jar) throws IOException {
        try {
            return container.startKindFrom(jar);
        } catch (BundleException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void startPart(String name) throws IOException {
        try {
            container.startPart(name);
        } catch (BundleException e) {
            throw new IOException(name + ": " + e.getMessage(), e);
        }
    }

    private synchronized void ready(boolean letGo) throws IOException {
        saidReady = true;
        console.nowServing();
        if (surroundings.background() && !console.out("ready")) {
            throw new IllegalStateException("whoever started this server is gone");
        }
        if (letGo) {
            console.detach(surroundings.background());
        }
        Thread late = new Thread(this::startLate, "sluice-bundles");
        late.setDaemon(true);
        late.setPriority(Thread.MIN_PRIORITY);
        late.start();
    }

    private void startLate() {
        try {
            container.startLate();
        } catch (IOException e) {
            console.message(System.Logger.Level.WARNING, "can't start the other bundles", e);
        }
    }
}
