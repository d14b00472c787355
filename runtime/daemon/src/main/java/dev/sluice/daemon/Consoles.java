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
    private static final String VARIABLE = "sluice_word_";
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

    /** One session. Used by one thread. */
    static final class Console {
        private final CommandSession session;

        private Console(CommandSession session) {
            this.session = session;
            session.put("SCOPE", SCOPES);
            // words are no patterns for files here
            session.put(CommandSession.OPTION_NO_GLOB, Boolean.TRUE);
        }

        /**
         * Runs a line and prints its result.
         *
         * @return whether it succeeded: false is what grep answers that finds nothing
         * @throws Exception the command failed
         */
        boolean run(String line, OutputStream out) throws Exception {
            Object result = session.execute(line);
            if (result instanceof Boolean answer) {
                return answer;
            }
            String text = result == null ? "" : session.format(result, Converter.INSPECT).toString();
            if (!text.isEmpty()) {
                PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
                print.print(text.endsWith("\n") ? text : text + "\n");
                print.flush();
            }
            return true;
        }

        /**
         * Runs a command of words. They reach Gogo in variables, because its quoting can't carry all texts; what is a
         * quote or a backslash in a variable is escaped, since Gogo takes these away once more.
         *
         * @return as above
         * @throws IllegalArgumentException the first one is no name of a command
         * @throws Exception the command failed
         */
        boolean run(List<String> words, OutputStream out) throws Exception {
            if (words.isEmpty() || !COMMAND.matcher(words.get(0)).matches()) {
                throw new IllegalArgumentException("'" + (words.isEmpty() ? "" : words.get(0))
                        + "' is no command; nbd:help lists those of Sluice");
            }
            boolean ours = words.get(0).startsWith("nbd:");
            StringBuilder line = new StringBuilder(words.get(0));
            try {
                for (int i = 1; i < words.size(); i++) {
                    String word = words.get(i);
                    if (!ours && NUMBER.matcher(word).matches()) {
                        // as text it would be no bundle for Gogo
                        line.append(' ').append(word);
                    } else {
                        session.put(VARIABLE + i, word.replaceAll("[\\\\\"']", "\\\\$0"));
                        line.append(" ${").append(VARIABLE).append(i).append('}');
                    }
                }
                return run(line.toString(), out);
            } finally {
                for (int i = 1; i < words.size(); i++) {
                    session.put(VARIABLE + i, null);
                }
            }
        }

        void close() {
            session.close();
        }
    }
}
