package dev.sluice.client;

import dev.sluice.client.wire.Frame;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Commands from a person, with history and completion, or one a line from standard input where that is no terminal. The
 * status is that of the last command.
 */
final class Prompt {
    private final Link link;
    private final PrintStream out;
    private final PrintStream err;

    Prompt(Link link, PrintStream out, PrintStream err) {
        this.link = link;
        this.out = out;
        this.err = err;
    }

    int run() throws IOException {
        return System.console() == null ? script() : person();
    }

    private int script() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int status = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (isEnd(line)) {
                break;
            }
            if (!line.isBlank()) {
                status = link.run(Frame.text(Frame.LINE, line), out, err);
            }
        }
        return status;
    }

    private int person() throws IOException {
        int status = 0;
        // stty does: a native library would be unpacked into the temporary directory
        try (Terminal terminal = TerminalBuilder.builder().system(true).exec(true).jna(false).jni(false).ffm(false).jansi(false).build()) {
            LineReaderBuilder builder = LineReaderBuilder.builder().terminal(terminal).completer(this::complete);
            builder.option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
            history().ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
            LineReader reader = builder.build();
            while (true) {
                String line;
                try {
                    line = reader.readLine("sluice> ");
                } catch (UserInterruptException e) {
                    continue;
                } catch (EndOfFileException e) {
                    return status;
                }
                if (isEnd(line)) {
                    return status;
                }
                if (!line.isBlank()) {
                    status = link.run(Frame.text(Frame.LINE, line), out, err);
                }
            }
        }
    }

    private static boolean isEnd(String line) {
        return line.strip().equals("exit") || line.strip().equals("quit");
    }

    private void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        try {
            for (String choice : link.complete(line.words().subList(0, line.wordIndex() + 1))) {
                // a key waits for its value
                candidates.add(new Candidate(choice, choice, null, null, null, null, !choice.endsWith("=") && !choice.endsWith(":")));
            }
        } catch (IOException | IllegalArgumentException e) {
            // without choices; the next command says what is wrong
            candidates.clear();
        }
    }

    /** Below the user's cache directory; none if it can't be made. */
    private static Optional<Path> history() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path directory = (cache == null || cache.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache))
                .resolve("sluice");
        try {
            Files.createDirectories(directory.getParent());
            if (!Files.isDirectory(directory)) {
                // commands may have passwords in them
                Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            return Optional.of(directory.resolve("shell-history"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
