package dev.sluice.commandline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The words of the launcher's service; a stop is asked for as soon as the server is ready. */
final class FakeLauncher implements BiFunction<String, Object, Object> {
    final List<String> out = new ArrayList<>();
    final List<String> err = new ArrayList<>();
    final List<String> parts = new ArrayList<>();
    Boolean ready;
    boolean verbose;
    boolean background = true;
    boolean activated;
    long parent = ProcessHandle.current().pid();
    String program = "sluice";
    Consumer<String> sink;
    UnaryOperator<String> bundles = jar -> "file:" + jar;
    Runnable whenBundlesAreWanted = () -> { };
    Runnable whenReady = this::stop;
    private final String[] argv;
    private final Path directory;
    private Runnable onStop;

    FakeLauncher(Path directory, String... argv) {
        this.directory = directory;
        this.argv = argv;
    }

    void stop() {
        onStop.run();
    }

    @SuppressWarnings("unchecked")
    private static Consumer<String> asSink(Object value) {
        return (Consumer<String>) value;
    }

    @Override
    public Object apply(String word, Object value) {
        return switch (word) {
            case "argv" -> argv;
            case "directory", "home", "temporary" -> directory.toString();
            case "program" -> program;
            case "out" -> out.add((String) value);
            case "err" -> err.add((String) value);
            case "error" -> {
                if (sink == null) {
                    err.add((String) value);
                } else {
                    sink.accept((String) value);
                }
                yield null;
            }
            case "log" -> sink = asSink(value);
            case "background" -> background;
            case "activated" -> activated;
            case "parent" -> parent;
            case "part" -> parts.add((String) value);
            case "bundle" -> bundles.apply((String) value);
            case "verbose" -> verbose = true;
            case "bundles" -> {
                whenBundlesAreWanted.run();
                yield null;
            }
            case "ready" -> {
                ready = (Boolean) value;
                whenReady.run();
                yield null;
            }
            case "onStop" -> onStop = (Runnable) value;
            default -> throw new IllegalArgumentException(word);
        };
    }
}
