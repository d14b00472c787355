package dev.sluice.filter.ip;

import java.util.regex.Pattern;

/**
 * A pattern as a shell matches it: {@code *} is any text, {@code ?} any character, {@code [a-z]} one of these and
 * {@code [!a-z]} none of these, and a backslash takes the meaning from what follows. Immutable.
 */
final class Glob {
    private final Pattern pattern;

    Glob(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            int end = c == '[' ? endOfClass(glob, i) : -1;
            if (end > 0) {
                regex.append(characters(glob.substring(i + 1, end)));
                i = end;
            } else if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else if (c == '\\' && i + 1 < glob.length()) {
                i++;
                regex.append(Pattern.quote(String.valueOf(glob.charAt(i))));
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        pattern = Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    /** Whether all of the text is as the pattern says. */
    boolean matches(String text) {
        return pattern.matcher(text).matches();
    }

    /** A bracket that stands first belongs to the class; without an end there is no class. */
    private static int endOfClass(String glob, int start) {
        int first = start + 1;
        if (first < glob.length() && (glob.charAt(first) == '!' || glob.charAt(first) == '^')) {
            first++;
        }
        return glob.indexOf(']', first + 1);
    }

    private static String characters(String inside) {
        boolean not = inside.startsWith("!") || inside.startsWith("^");
        StringBuilder regex = new StringBuilder(not ? "[^" : "[");
        for (int i = not ? 1 : 0; i < inside.length(); i++) {
            char c = inside.charAt(i);
            boolean range = c == '-' && i > (not ? 1 : 0) && i + 1 < inside.length();
            // a class of the regular expressions has more special characters
            regex.append(range ? "-" : Character.isLetterOrDigit(c) || c == ' ' ? String.valueOf(c) : "\\" + c);
        }
        return regex.append(']').toString();
    }
}
