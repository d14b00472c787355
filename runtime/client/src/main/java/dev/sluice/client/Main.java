package dev.sluice.client;

import dev.sluice.client.wire.Frame;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ./sluice shell --dir DIR [COMMAND…]}: the status is that of the command; 2 if the server could not be reached.
 */
public final class Main {
    private static final int UNREACHABLE = 2;
    private static final String USAGE = """
            sluice shell --dir DIR [COMMAND [WORD…]]
            Runs a command in the server whose directory is DIR, or without one asks for commands.
            A command of a single word with blanks in it is a line for Gogo: 'lb; nbd:list'.
            nbd:help lists the commands of Sluice, felix:help those of Felix.""";

    private final PrintStream out = stream(FileDescriptor.out);
    private final PrintStream err = stream(FileDescriptor.err);
    private final Path here = Path.of(System.getProperty("sluice.directory", "")).toAbsolutePath();

    private Main() {
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), descriptor == FileDescriptor.err, StandardCharsets.UTF_8);
    }

    /** The process. */
    public static void main(String... argv) {
        Main main = new Main();
        int status = main.run(List.of(argv));
        main.out.flush();
        System.exit(status);
    }

    private int run(List<String> argv) {
        String dir = "";
        int at = 0;
        while (at < argv.size() && argv.get(at).startsWith("-")) {
            String word = argv.get(at++);
            if (word.equals("--help") || word.equals("-h")) {
                out.println(USAGE);
                return 0;
            }
            if (word.startsWith("--dir=")) {
                dir = word.substring("--dir=".length());
            } else if (word.equals("--dir") && at < argv.size()) {
                dir = argv.get(at++);
            } else if (word.equals("--")) {
                break;
            } else {
                return usage("shell: " + (word.equals("--dir") ? "--dir is followed by the directory of a server"
                        : "there is no option " + word));
            }
        }
        if (dir.isEmpty()) {
            return usage("shell: --dir DIR is missing, the directory of a server");
        }
        List<String> command = argv.subList(at, argv.size());
        Path socket = here.resolve(dir).normalize().resolve("shell.sock");
        try (Link link = new Link(socket)) {
            return command.isEmpty() ? new Prompt(link, out, err).run() : link.run(request(command), out, err);
        } catch (IllegalArgumentException e) {
            return fail(e.getMessage());
        } catch (IOException e) {
            return fail(Files.exists(socket) ? "the server of " + dir + " does not answer (" + e.getMessage() + ")"
                    : "no server runs in " + dir + "; sluice server --dir " + dir + " starts one");
        }
    }

    private Frame request(List<String> command) {
        if (command.size() == 1 && command.get(0).chars().anyMatch(Character::isWhitespace)) {
            return Frame.text(Frame.LINE, command.get(0));
        }
        List<String> words = new ArrayList<>(command);
        if (words.get(0).equals("nbd:upgrade") || words.get(0).equals("upgrade")) {
            // the server stands elsewhere
            words.replaceAll(w -> Files.isRegularFile(here.resolve(w)) ? here.resolve(w).toString() : w);
        }
        return Frame.words(Frame.WORDS, words);
    }

    private int usage(String what) {
        fail(what);
        err.println(USAGE);
        return UNREACHABLE;
    }

    private int fail(String what) {
        out.flush();
        err.println(System.getProperty("sluice.program", "sluice") + ": error: " + what);
        return UNREACHABLE;
    }
}
