package dev.sluice.shell;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.SluiceRuntime;
import java.time.ZoneId;
import java.util.List;

/**
 * All commands: words in, text out. What went wrong is a {@link ConfigException} with the line {@code nbd:COMMAND: TEXT}.
 * Safe for use by several threads.
 */
final class Commands {
    private final Views views;
    private final Changes changes;

    /**
     * For this server.
     *
     * @param zone in which times are shown
     */
    Commands(SluiceRuntime runtime, SluiceControl control, Store store, ZoneId zone) {
        views = new Views(runtime, zone);
        changes = new Changes(runtime, control, store, views);
    }

    /** Runs one command; the text has no line feed at its end. */
    String run(Command command, List<String> words) {
        try {
            return dispatch(command, Words.of(command, words));
        } catch (ConfigException e) {
            throw new ConfigException(line(command, e.getMessage()), e);
        } catch (RuntimeException e) {
            throw new ConfigException(line(command, e.getMessage() == null ? e.getClass().getName() : e.getMessage()), e);
        }
    }

    private static String line(Command command, String text) {
        return command.full() + ": " + text.replace('\n', ' ');
    }

    private String dispatch(Command command, Words words) {
        return switch (command) {
            case PLUGINS -> views.kinds(false);
            case FILTERS -> views.kinds(true);
            case LIST -> views.list();
            case CONNECTIONS -> views.connections(words.word(0));
            case STATS -> views.stats(words.word(0));
            case LATENCY -> views.latency(words.word(0));
            case SWAPS -> views.swaps(words.word(0));
            case WHY -> views.why(words.plain().get(0));
            case EXPORT -> changes.export(words);
            case START -> changes.start(words);
            case STOP -> changes.stop(words);
            case DELETE -> changes.delete(words);
            case INSERT -> changes.insert(words);
            case REMOVE -> changes.remove(words);
            case MOVE -> changes.move(words);
            case REPLACE -> changes.replace(words);
            case SET -> changes.set(words);
            case UPGRADE -> changes.upgrade(words);
            case HELP -> words.word(0).map(Help::of).orElseGet(Help::all);
        };
    }
}
