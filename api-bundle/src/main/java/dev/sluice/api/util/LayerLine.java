package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import java.util.ArrayList;
import java.util.List;

/**
 * One layer as one line of a configuration: the name of the kind and its words, quoted as in a shell. Inside single
 * quotes every character is itself; inside double quotes a backslash escapes {@code " \ $ `}; elsewhere it escapes any
 * character. Nothing is expanded, and there are no comments.
 */
public final class LayerLine {
    private LayerLine() {
    }

    /**
     * The words of a line; none for a blank one.
     *
     * @throws ConfigException if a quote is not closed or the line ends with a backslash
     */
    public static List<String> split(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        int i = 0;
        while (i < line.length()) {
            char c = line.charAt(i);
            if (isBlank(c)) {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
                i++;
                continue;
            }
            word = word == null ? new StringBuilder() : word;
            if (c == '\'' || c == '"') {
                i = quoted(line, i, word);
            } else if (c == '\\') {
                if (i + 1 == line.length()) {
                    throw new ConfigException("this line ends with a backslash that escapes nothing: " + line);
                }
                word.append(line.charAt(i + 1));
                i += 2;
            } else {
                word.append(c);
                i++;
            }
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }

    /** A line that {@link #split} turns into these words again. */
    public static String join(List<String> words) {
        return String.join(" ", words.stream().map(LayerLine::quote).toList());
    }

    private static int quoted(String line, int start, StringBuilder word) {
        char quote = line.charAt(start);
        int i = start + 1;
        while (i < line.length() && line.charAt(i) != quote) {
            char c = line.charAt(i);
            if (quote == '"' && c == '\\' && i + 1 < line.length() && "\"\\$`".indexOf(line.charAt(i + 1)) >= 0) {
                i++;
                c = line.charAt(i);
            }
            word.append(c);
            i++;
        }
        if (i == line.length()) {
            throw new ConfigException("this line has a quote " + quote + " that is not closed: " + line);
        }
        return i + 1;
    }

    private static String quote(String word) {
        boolean plain = !word.isEmpty() && word.chars().noneMatch(c -> isBlank((char) c) || c == '\'' || c == '"' || c == '\\');
        return plain ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }
}
