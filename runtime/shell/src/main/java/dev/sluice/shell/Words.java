package dev.sluice.shell;

import dev.sluice.api.ConfigException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The words of one command, sorted by its table entry. Options may stand anywhere; after {@code --} nothing is an option.
 *
 * @param plain what is no option and belongs to none
 * @param filters each filter with its words, in the order given
 * @param options with their arguments, empty for switches
 */
record Words(List<String> plain, List<List<String>> filters, Map<Flag, String> options) {

    /**
     * Sorts.
     *
     * @throws ConfigException with one line; the caller puts the command's name in front
     */
    static Words of(Command command, List<String> given) {
        List<String> plain = new ArrayList<>();
        List<List<String>> filters = new ArrayList<>();
        Map<Flag, String> options = new EnumMap<>(Flag.class);
        List<String> target = plain;
        boolean literal = false;
        for (int i = 0; i < given.size(); i++) {
            String word = given.get(i);
            if (literal || !word.startsWith("--")) {
                target.add(word);
                continue;
            }
            if (word.equals("--")) {
                literal = true;
                continue;
            }
            Flag flag = flag(command, word);
            String argument = "";
            if (flag.hasArgument()) {
                if (++i == given.size()) {
                    throw wrong(command, flag.text() + " is followed by " + flag.argument());
                }
                argument = given.get(i);
            }
            if (flag == Flag.FILTER) {
                target = new ArrayList<>(List.of(argument));
                filters.add(target);
            } else if (options.put(flag, argument) != null) {
                throw wrong(command, flag.text() + " is given twice");
            }
        }
        if (plain.size() < command.least()) {
            throw wrong(command, plain.isEmpty() ? "nothing says what is meant" : "too few words");
        }
        if (plain.size() > command.most()) {
            throw wrong(command, "too many words: " + plain.get(command.most()));
        }
        if (options.containsKey(Flag.BEFORE) && options.containsKey(Flag.AFTER)) {
            throw wrong(command, "--before and --after exclude each other");
        }
        return new Words(plain, filters, options);
    }

    private static Flag flag(Command command, String word) {
        for (Flag flag : command.flags()) {
            if (flag.text().equals(word)) {
                return flag;
            }
        }
        throw wrong(command, "there is no option " + word + " here, and -- before a word makes it none");
    }

    private static ConfigException wrong(Command command, String what) {
        return new ConfigException(what + "; usage: " + command.synopsis());
    }

    boolean has(Flag flag) {
        return options.containsKey(flag);
    }

    /** The argument of an option. */
    Optional<String> option(Flag flag) {
        return Optional.ofNullable(options.get(flag));
    }

    /** The n-th word from 0, if there are so many. */
    Optional<String> word(int n) {
        return n < plain.size() ? Optional.of(plain.get(n)) : Optional.empty();
    }

    /** {@code before:LAYER}, {@code after:LAYER} or empty. */
    String position() {
        return option(Flag.BEFORE).map(l -> "before:" + l).or(() -> option(Flag.AFTER).map(l -> "after:" + l)).orElse("");
    }
}
