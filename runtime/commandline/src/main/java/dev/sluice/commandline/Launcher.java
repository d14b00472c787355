package dev.sluice.commandline;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * The process around the framework: the other side of {@code dev.sluice.launcher.LauncherService}, which describes the
 * words. The two share JDK types only, so the launcher's service is a BiFunction; this gives it names and types.
 */
final class Launcher {
    private final BiFunction<String, Object, Object> service;

    Launcher(BiFunction<String, Object, Object> service) {
        this.service = service;
    }

    /** The command line. */
    List<String> argv() {
        return List.of((String[]) service.apply("argv", null));
    }

    /** Where the caller stood, absolute. */
    Path directory() {
        return Path.of((String) service.apply("directory", null));
    }

    /** The distribution. */
    Path home() {
        return Path.of((String) service.apply("home", null));
    }

    /** The name in front of messages. */
    String program() {
        return (String) service.apply("program", null);
    }

    /** A directory of this process alone, deleted at the end. */
    Path temporary() {
        return Path.of((String) service.apply("temporary", null));
    }

    /** Prints to standard output. */
    void out(String text) {
        service.apply("out", text);
    }

    /** Prints to standard error, as it is. */
    void err(String text) {
        service.apply("err", text);
    }

    /** Prints {@code sluice: error: TEXT}. */
    void error(String text) {
        report(program() + ": error: " + text);
    }

    /** Shows debug messages from now on. */
    void verbose() {
        service.apply("verbose", Boolean.TRUE);
    }

    /** Prints an error or a warning, complete, to where {@link #log} says. */
    void report(String text) {
        service.apply("error", text);
    }

    /** Who takes errors and warnings from now on. */
    void log(Consumer<String> sink) {
        service.apply("log", sink);
    }

    /** Whether nobody waits at a terminal: the start script ends when the server is ready. */
    boolean isBackground() {
        return (Boolean) service.apply("background", null);
    }

    /** Whether standard input is a listening socket that this process was started with. */
    boolean isActivated() {
        return (Boolean) service.apply("activated", null);
    }

    /** The process that started this one. */
    long parent() {
        return (Long) service.apply("parent", null);
    }

    /**
     * Starts a plugin or filter from a file.
     *
     * @return where its kinds say they come from
     * @throws java.io.UncheckedIOException it is no bundle
     */
    String startBundle(Path jar) {
        return (String) service.apply("bundle", jar.toString());
    }

    /** Starts the plugins and filters that were left out so far, before it returns. */
    void startAllBundles() {
        service.apply("bundles", null);
    }

    /**
     * Starts what TLS with shared keys needs, which other servers do without.
     *
     * @throws java.io.UncheckedIOException it does not start
     */
    void startPsk() {
        service.apply("part", "psk");
    }

    /** The server serves; {@code letGo}: the standard streams are not needed any more. */
    void ready(boolean letGo) {
        service.apply("ready", letGo);
    }

    /** What to do, on another thread, when the process is told to end. */
    void onStop(Runnable action) {
        service.apply("onStop", action);
    }
}
