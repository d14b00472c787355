package dev.sluice.daemon;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The process around the framework: the other side of {@code dev.sluice.launcher.LauncherService}, which describes the
 * words. The two share JDK types only.
 */
final class Launcher {
    private final BiFunction<String, Object, Object> service;

    Launcher(BiFunction<String, Object, Object> service) {
        this.service = service;
    }

    /** The command line; its first word is {@code server}. */
    List<String> argv() {
        return List.of((String[]) service.apply("argv", null));
    }

    /** Where the caller stood. */
    Path directory() {
        return Path.of((String) service.apply("directory", null));
    }

    /** The distribution. */
    Path home() {
        return Path.of((String) service.apply("home", null));
    }

    /** The server's directory, made and locked. */
    Path server() {
        return Path.of((String) service.apply("server", null));
    }

    /** Prints {@code sluice: error: TEXT}. */
    void error(String text) {
        service.apply("err", service.apply("program", null) + ": error: " + text);
    }

    void verbose() {
        service.apply("verbose", Boolean.TRUE);
    }

    /**
     * Starts what TLS with shared keys needs, which other servers do without.
     *
     * @throws java.io.UncheckedIOException it does not start
     */
    void startPsk() {
        service.apply("part", "psk");
    }

    /** The server serves; the standard streams are not needed any more. */
    void ready() {
        service.apply("ready", Boolean.TRUE);
    }

    /** What to do, on another thread, when the process is told to end. */
    void onStop(Runnable action) {
        service.apply("onStop", action);
    }
}
