package dev.sluice.shared.script;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Failures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which program answers which call. Texts are kept as files of a private directory; their interpreter is what the first
 * line says ({@code #!}), otherwise {@code /bin/sh}, and it is called by name, so that the directory may lie where
 * nothing can be executed. Immutable once the layer is ready.
 */
public final class Scripts {
    private static final String INTERPRETER = "#!";

    private final Map<String, List<String>> commands = new LinkedHashMap<>();
    private List<String> others;
    private String name = "script";

    /** Nothing answers yet. */
    public Scripts() {
        // filled by the layer
    }

    /** One program for all calls. */
    public void program(Path file) {
        others = List.of(file.toString());
        name = file.toString();
    }

    /** One text for all calls. */
    public void text(Path directory, String text) {
        others = write(directory, "inline-script", text);
        name = "the script on standard input";
    }

    /** A text for one call. */
    public void method(Path directory, String method, String text) {
        commands.put(method, write(directory, method, text));
    }

    /** A text for all calls that have none of their own. */
    public void missing(Path directory, String text) {
        others = write(directory, "missing", text);
    }

    /** Whether this call has a program of its own. */
    public boolean has(String method) {
        return commands.containsKey(method);
    }

    /** The words to put in front of the arguments; empty: the method is missing. */
    Optional<List<String>> command(String method) {
        return Optional.ofNullable(commands.getOrDefault(method, others));
    }

    /** For messages. */
    String name() {
        return name;
    }

    private static List<String> write(Path directory, String name, String text) {
        Path file = directory.resolve(name);
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ConfigException("can't write " + file + ": " + Failures.reason(e), e);
        }
        List<String> command = new ArrayList<>();
        String first = text.lines().findFirst().orElse("");
        if (first.startsWith(INTERPRETER) && !first.substring(INTERPRETER.length()).isBlank()) {
            // as the kernel does it: the program and at most one argument
            String[] words = first.substring(INTERPRETER.length()).strip().split("\\s+", 2);
            command.addAll(List.of(words));
        } else {
            command.add("/bin/sh");
        }
        command.add(file.toString());
        return List.copyOf(command);
    }
}
