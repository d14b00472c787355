package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Parameter;
import dev.sluice.api.Parameters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * From the words of one layer's configuration to checked {@link Parameters}, by the rules of nbdkit's command line. A
 * word is {@code key=value} only if what stands before its first {@code =} can be a key; any other word is bare and is
 * a value of the magic parameter. A kind without a magic parameter takes a bare word as its {@code script} if it has
 * such a parameter and the word is the first one.
 */
public final class ParameterParser {
    private ParameterParser() {
    }

    /**
     * Checks every word at once, so that nothing malformed is found later. Passwords are read and asked for here.
     *
     * @param kind the plugin or filter class with its declarations
     * @param kindName the word for it, for messages
     * @param words as on the command line, without the name of the kind
     * @param directory where the operator stands; relative file names start there
     * @throws ConfigException one line that names kind, key and value and says what would be right
     * @throws IllegalArgumentException if the declarations contradict each other
     */
    public static Parameters parse(Class<?> kind, String kindName, List<String> words, Path directory) {
        DeclaredParameters declared = DeclaredParameters.of(kind);
        if (!words.isEmpty() && declared.list().isEmpty() && !declared.isOpen()) {
            throw new ConfigException(kindName + ": this " + (declared.isFilter() ? "filter" : "plugin")
                    + " does not need command line configuration, but got: " + visible(words.get(0)));
        }
        List<ParsedParameters.Entry> entries = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            Parameters.Word word = split(declared, kindName, words.get(i), i);
            entries.add(entry(declared, kindName, word, directory));
        }
        for (Parameter p : declared.list()) {
            if (p.required() && entries.stream().noneMatch(e -> e.word().name().equals(p.name()))) {
                throw missing(kindName, p);
            }
        }
        return new ParsedParameters(declared, kindName, entries, directory);
    }

    static ConfigException missing(String kindName, Parameter p) {
        return new ConfigException(kindName + ": parameter '" + p.name() + "' must be given: " + p.name() + "="
                + p.type().name() + ", " + p.help());
    }

    /** A message that names the input; secrets are not shown. */
    static ConfigException malformed(String kindName, Parameter p, String value, ConfigException why) {
        String shown = DeclaredParameters.isSecret(p) ? "(secret)" : visible(value);
        return new ConfigException(kindName + ": " + p.name() + "=" + shown + ": " + why.getMessage(), why);
    }

    private static Parameters.Word split(DeclaredParameters declared, String kindName, String word, int index) {
        int equals = word.indexOf('=');
        if (equals > 0 && DeclaredParameters.isKey(word.substring(0, equals))) {
            return new Parameters.Word(word.substring(0, equals), word.substring(equals + 1));
        }
        if (declared.magic().isPresent()) {
            return new Parameters.Word(declared.magic().get().name(), word);
        }
        if (index == 0 && !declared.isFilter() && (declared.isOpen() || declared.find("script").isPresent())) {
            return new Parameters.Word("script", word);
        }
        throw new ConfigException(kindName + ": expecting key=value on the command line but got: " + visible(word));
    }

    private static ParsedParameters.Entry entry(DeclaredParameters declared, String kindName, Parameters.Word word, Path directory) {
        Optional<Parameter> found = declared.find(word.name());
        if (found.isEmpty()) {
            if (declared.isOpen()) {
                return new ParsedParameters.Entry(word, word.value());
            }
            throw new ConfigException(kindName + ": unknown parameter '" + word.name() + "'; it takes "
                    + String.join(", ", declared.list().stream().map(Parameter::name).toList()));
        }
        Parameter p = found.get();
        try {
            Object value = ParameterValues.parse(p, word.value(), directory);
            return new ParsedParameters.Entry(new Parameters.Word(p.name(), word.value()), value);
        } catch (ConfigException e) {
            throw malformed(kindName, p, word.value(), e);
        }
    }

    /** One line stays one line whatever the operator's words contain. */
    private static String visible(String text) {
        StringBuilder s = new StringBuilder();
        for (char c : text.toCharArray()) {
            s.append(Character.isISOControl(c) ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        }
        return s.toString();
    }
}
