package dev.sluice.karaf;

import java.util.List;
import java.util.function.Function;
import org.apache.karaf.shell.api.console.Command;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Parser;
import org.apache.karaf.shell.api.console.Session;

/**
 * {@code nbd:complete WORD…}: prints what the last word may become. Karaf asks the completer of every command about every
 * line, so this one command completes all of its scope, whose other commands come from Gogo and have no completers.
 */
final class CompletionCommand implements Command {
    private final Function<List<String>, List<String>> choices;
    private final NbdCompleter completer;

    /** For these choices. @param choices from words, the last being typed, to what that may become */
    CompletionCommand(Function<List<String>, List<String>> choices) {
        this.choices = choices;
        completer = new NbdCompleter(choices);
    }

    @Override
    public String getScope() {
        return NbdCompleter.SCOPE;
    }

    @Override
    public String getName() {
        return "complete";
    }

    @Override
    public String getDescription() {
        return "Print what the last of these words may become";
    }

    @Override
    public Completer getCompleter(boolean scoped) {
        return completer;
    }

    @Override
    public Parser getParser() {
        return null;
    }

    @Override
    public Object execute(Session session, List<Object> arguments) {
        return String.join("\n", choices.apply(arguments.stream().map(String::valueOf).toList()));
    }
}
