package dev.sluice.daemon;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;

/** Gogo for the shell socket. Safe for use by several threads. */
class Consoles {
    private static final Pattern COMMAND = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*(:[A-Za-z_][A-Za-z0-9_.-]*)?");
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,17}");
    /** Where a command without a scope is looked for: ours first, so that it means the same with any bundle installed. */
    private static final String SCOPES = "nbd:felix:gogo:*";

    private final CommandProcessor gogo;
    private final Function<List<String>, List<String>> completion;

    Consoles(CommandProcessor gogo, Function<List<String>, List<String>> completion) {
        this.gogo = gogo;
        this.completion = completion;
    }

    /** A session; what commands print goes to this stream. */
    Console open(OutputStream out) {
        return new Console(gogo.createSession(new ByteArrayInputStream(new byte[0]), out, out));
    }

    /** What the last word may become: our commands and their words, and Gogo's commands. */
    List<String> complete(Console console, List<String> words) {
        Set<String> choices = new TreeSet<>(completion.apply(words));
        if (words.size() == 1 && console.session.get(".commands") instanceof Set<?> commands) {
            for (Object command : commands) {
                String full = command.toString();
                choices.add(full);
                choices.add(full.substring(full.indexOf(':') + 1));
            }
            choices.removeIf(c -> !c.startsWith(words.get(0)));
        }
        return new ArrayList<>(choices);
    }

    /**
     * A line that Gogo takes as these words.
     *
     * @throws IllegalArgumentException the first one is no name of a command
     */
    static String line(List<String> words) {
        if (words.isEmpty() || !COMMAND.matcher(words.get(0)).matches()) {
            throw new IllegalArgumentException("'" + (words.isEmpty() ? "" : words.get(0))
                    + "' is no command; nbd:help lists those of Sluice");
        }
        StringBuilder line = new StringBuilder(words.get(0));
        boolean ours = words.get(0).startsWith("nbd:");
        for (String word : words.subList(1, words.size())) {
            if (!ours && NUMBER.matcher(word).matches()) {
                // as text it would be no bundle for Gogo
                line.append(' ').append(word);
                continue;
            }
            line.append(" \"");
            for (char c : word.toCharArray()) {
                line.append("\\\"$".indexOf(c) >= 0 ? "\\" : "").append(c);
            }
            line.append('"');
        }
        return line.toString();
    }

    /** One session. Used by one thread. */
    static final class Console {
        private final CommandSession session;

        private Console(CommandSession session) {
            this.session = session;
            session.put("SCOPE", SCOPES);
        }

        /**
         * Runs a line and prints its result.
         *
         * @throws Exception the command failed
         */
        void run(String line, OutputStream out) throws Exception {
            Object result = session.execute(line);
            if (result != null) {
                String text = session.format(result, Converter.INSPECT).toString();
                PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
                print.print(text.endsWith("\n") ? text : text + "\n");
                print.flush();
            }
        }

        void close() {
            session.close();
        }
    }
}
