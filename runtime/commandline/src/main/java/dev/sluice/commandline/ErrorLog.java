package dev.sluice.commandline;

import dev.sluice.api.util.Failures;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where errors go: what {@code --log} says, else standard error, and the system's log as soon as the server is alone in
 * the background. Debug messages stay on standard error.
 */
final class ErrorLog {
    private final String program;
    private final SystemCalls calls;
    private final String sink;

    /**
     * Checks the name of the sink.
     *
     * @throws UsageException if there is none of this name
     */
    ErrorLog(Settings settings, String program, SystemCalls calls) throws UsageException {
        this.program = program;
        this.calls = calls;
        this.sink = settings.value(Option.LOG).orElse("default");
        if (!sink.startsWith("/") && !sink.equals("default") && !sink.equals("stderr") && !sink.equals("syslog") && !sink.equals("null")) {
            throw UsageException.of("--log must be \"stderr\", \"syslog\", \"null\", \"default\" or an absolute path");
        }
    }

    /**
     * What takes errors from the start; empty for standard error.
     *
     * @throws UsageException if the file can't be written
     */
    Optional<Consumer<String>> atStart() throws UsageException {
        return switch (sink) {
            case "stderr", "default" -> Optional.empty();
            case "null" -> Optional.of(text -> { });
            case "syslog" -> Optional.of(this::systemLog);
            default -> Optional.of(file(Path.of(sink)));
        };
    }

    /** What takes errors once the server has left the terminal, if that is another sink than at the start. */
    Optional<Consumer<String>> inBackground() {
        return sink.equals("default") ? Optional.of(this::systemLog) : Optional.empty();
    }

    private void systemLog(String text) {
        String start = program + ": ";
        try {
            calls.log(program, text.startsWith(start) ? text.substring(start.length()) : text);
        } catch (LinkageError e) {
            // no native code here, so no system log; without a terminal there is nobody else to tell
            System.getLogger(ErrorLog.class.getName()).log(System.Logger.Level.DEBUG, "no system log: " + e);
        }
    }

    private static Consumer<String> file(Path file) throws UsageException {
        try {
            PrintStream out = new PrintStream(Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND), true,
                    StandardCharsets.UTF_8);
            return out::println;
        } catch (IOException e) {
            throw UsageException.of("--log: can't write " + file + ": " + Failures.reason(e));
        }
    }
}
