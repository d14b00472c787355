package dev.sluice.karaf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.karaf.shell.api.console.Candidate;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;

/** Completes lines that begin with a command of scope {@code nbd}, and keeps out of all others. */
final class NbdCompleter implements Completer {
    static final String SCOPE = "nbd";

    private final Function<List<String>, List<String>> choices;

    NbdCompleter(Function<List<String>, List<String>> choices) {
        this.choices = choices;
    }

    @Override
    public void completeCandidates(Session session, CommandLine line, List<Candidate> candidates) {
        for (String choice : choices(session, line)) {
            // The value follows at once after "key=".
            candidates.add(new Candidate(choice, !choice.endsWith("=")));
        }
    }

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        List<String> found = choices(session, line);
        candidates.addAll(found);
        return found.isEmpty() ? -1 : line.getBufferPosition() - line.getArgumentPosition();
    }

    private List<String> choices(Session session, CommandLine line) {
        String[] arguments = line.getArguments();
        int cursor = line.getCursorArgumentIndex();
        if (arguments.length == 0 || cursor >= arguments.length || !isOurs(session, arguments[0])) {
            return List.of();
        }
        List<String> words = new ArrayList<>(Arrays.asList(arguments).subList(0, cursor));
        words.add(arguments[cursor].substring(0, Math.min(line.getArgumentPosition(), arguments[cursor].length())));
        return choices.apply(words);
    }

    /** Without the scope a word may be a command of anybody, but in the subshell of the scope. */
    private static boolean isOurs(Session session, String command) {
        return command.startsWith(SCOPE + ":") || SCOPE.equals(session.get(Session.SUBSHELL));
    }
}
