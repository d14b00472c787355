package dev.sluice.filter.ip;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A pattern as a shell matches it: {@code *} is any text, {@code ?} any character, {@code [a-z]} one of these and
 * {@code [!a-z]} none of these, and a backslash takes the meaning from what follows. Immutable.
 *
 * <p>The text is the client's: the time that a match takes grows at most with its length times that of the pattern, which
 * a regular expression does not promise.
 */
final class Glob {
    /** What one character must be. */
    private final List<IntPredicate> characters = new ArrayList<>();
    /** Whether any text may stand in front of the character of this index; one more than there are characters. */
    private final List<Boolean> stars = new ArrayList<>();

    Glob(String glob) {
        boolean star = false;
        for (int i = 0; i < glob.length(); i++) {
            int c = glob.codePointAt(i);
            int end = c == '[' ? endOfClass(glob, i) : -1;
            if (c == '*') {
                star = true;
                continue;
            }
            IntPredicate one;
            if (end > 0) {
                one = oneOf(glob.substring(i + 1, end).codePoints().toArray());
                i = end;
            } else if (c == '?') {
                one = any -> true;
            } else {
                if (c == '\\' && i + 1 < glob.length()) {
                    i++;
                    c = glob.codePointAt(i);
                }
                int same = c;
                one = other -> other == same;
                i += Character.charCount(c) - 1;
            }
            characters.add(one);
            stars.add(star);
            star = false;
        }
        stars.add(star);
    }

    /** Whether all of the text is as the pattern says. */
    boolean matches(String text) {
        int[] all = text.codePoints().toArray();
        int at = 0;
        int place = 0;
        // where to go on if what follows the last star does not fit: only the last one needs to be tried again
        int starAt = -1;
        int starPlace = -1;
        while (at < all.length || place < characters.size()) {
            if (stars.get(place) && starPlace != place) {
                starPlace = place;
                starAt = at;
            }
            if (place == characters.size() && stars.get(place)) {
                return true;
            }
            if (at < all.length && place < characters.size() && characters.get(place).test(all[at])) {
                at++;
                place++;
            } else if (starPlace >= 0 && starAt < all.length) {
                starAt++;
                at = starAt;
                place = starPlace;
            } else {
                return false;
            }
        }
        return true;
    }

    /** A bracket that stands first belongs to the class; without an end there is no class. */
    private static int endOfClass(String glob, int start) {
        int first = start + 1;
        if (first < glob.length() && (glob.charAt(first) == '!' || glob.charAt(first) == '^')) {
            first++;
        }
        return glob.indexOf(']', first + 1);
    }

    private static IntPredicate oneOf(int[] inside) {
        boolean not = inside[0] == '!' || inside[0] == '^';
        return c -> contains(inside, not ? 1 : 0, c) != not;
    }

    /** Ranges that end before they start have nothing in them. */
    private static boolean contains(int[] inside, int start, int c) {
        for (int i = start; i < inside.length; i++) {
            if (i + 2 < inside.length && inside[i + 1] == '-') {
                if (inside[i] <= c && c <= inside[i + 2]) {
                    return true;
                }
                i += 2;
            } else if (inside[i] == c) {
                return true;
            }
        }
        return false;
    }
}
