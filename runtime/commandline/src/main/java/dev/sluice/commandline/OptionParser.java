package dev.sluice.commandline;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Takes options and words apart by the rules of GNU getopt_long: options may stand anywhere, letters may be clustered
 * with an argument behind the last one, long names may be shortened as long as one option is meant, {@code --} ends the
 * options, a single hyphen is a word.
 */
final class OptionParser {
    /** Acted upon where they stand: what follows is not looked at. */
    private static final Set<Option> IMMEDIATE =
            EnumSet.of(Option.DUMP_CONFIG, Option.DUMP_MAN, Option.LONG_OPTIONS, Option.SHORT_OPTIONS);

    private final List<Given> options = new ArrayList<>();
    private final List<String> words = new ArrayList<>();
    private final List<String> argv;
    private int next;

    private OptionParser(List<String> argv) {
        this.argv = argv;
    }

    /**
     * Takes a command line apart.
     *
     * @throws UsageException with getopt's text
     */
    static Line parse(List<String> argv) throws UsageException {
        OptionParser parser = new OptionParser(argv);
        while (parser.next < argv.size() && !parser.isDecided()) {
            String word = argv.get(parser.next++);
            if (word.equals("--")) {
                parser.words.addAll(argv.subList(parser.next, argv.size()));
                break;
            }
            if (word.startsWith("--")) {
                parser.longOption(word);
            } else if (word.startsWith("-") && word.length() > 1) {
                parser.letters(word);
            } else {
                parser.words.add(word);
            }
        }
        return new Line(List.copyOf(parser.options), List.copyOf(parser.words));
    }

    private boolean isDecided() {
        return options.stream().anyMatch(given -> IMMEDIATE.contains(given.option()));
    }

    private void longOption(String word) throws UsageException {
        int equals = word.indexOf('=');
        String name = word.substring(2, equals < 0 ? word.length() : equals);
        Map<String, Option> candidates = candidates(name);
        if (candidates.isEmpty()) {
            throw UsageException.withSynopsis("unrecognized option '--" + name + "'");
        }
        Option option = candidates.values().iterator().next();
        if (candidates.values().stream().anyMatch(other -> other != option)) {
            StringBuilder possible = new StringBuilder();
            candidates.keySet().forEach(candidate -> possible.append(" '--").append(candidate).append('\''));
            throw UsageException.withSynopsis("option '--" + name + "' is ambiguous; possibilities:" + possible);
        }
        String full = "--" + candidates.keySet().iterator().next();
        if (option.argument().isEmpty()) {
            if (equals >= 0) {
                throw UsageException.withSynopsis("option '" + full + "' doesn't allow an argument");
            }
            options.add(new Given(option, full, ""));
        } else if (equals >= 0) {
            options.add(new Given(option, full, word.substring(equals + 1)));
        } else if (next < argv.size()) {
            options.add(new Given(option, full, argv.get(next++)));
        } else {
            throw UsageException.withSynopsis("option '" + full + "' requires an argument");
        }
    }

    /** The exact name alone, else all names that begin so. */
    private static Map<String, Option> candidates(String name) {
        Map<String, Option> found = new TreeMap<>();
        for (Option option : Option.values()) {
            for (String word : option.words()) {
                if (word.equals(name)) {
                    return Map.of(word, option);
                }
                if (word.startsWith(name)) {
                    found.put(word, option);
                }
            }
        }
        return found;
    }

    private void letters(String word) throws UsageException {
        for (int i = 1; i < word.length(); i++) {
            char letter = word.charAt(i);
            Option option = Letters.OF.get(letter);
            if (option == null) {
                throw UsageException.withSynopsis("invalid option -- '" + letter + "'");
            }
            String spelled = "-" + letter;
            if (option.argument().isEmpty()) {
                options.add(new Given(option, spelled, ""));
                continue;
            }
            if (i + 1 < word.length()) {
                options.add(new Given(option, spelled, word.substring(i + 1)));
            } else if (next < argv.size()) {
                options.add(new Given(option, spelled, argv.get(next++)));
            } else {
                throw UsageException.withSynopsis("option requires an argument -- '" + letter + "'");
            }
            return;
        }
    }

    /**
     * An option as it was given.
     *
     * @param option which
     * @param spelled the letter with its hyphen, or the full long name
     * @param value its argument; empty if it takes none
     */
    record Given(Option option, String spelled, String value) {
    }

    /**
     * A command line taken apart.
     *
     * @param options in their order
     * @param words the others in their order: a plugin and its parameters
     */
    record Line(List<Given> options, List<String> words) {
    }

    /** Options by letter. */
    private static final class Letters {
        static final Map<Character, Option> OF = index();

        private static Map<Character, Option> index() {
            Map<Character, Option> index = new HashMap<>();
            for (Option option : Option.values()) {
                option.letters().forEach(letter -> index.put(letter, option));
            }
            return Map.copyOf(index);
        }
    }
}
