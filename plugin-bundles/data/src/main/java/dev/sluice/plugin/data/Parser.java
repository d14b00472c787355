package dev.sluice.plugin.data;

import dev.sluice.api.ConfigException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads an expression of the language and makes its image. Plain code: what an expression can reach outside of itself is
 * {@link Sources}. Not for use by several threads.
 *
 * <p>Safe for any text: its length, its depth, the memory of its result and the work for it have limits, and nothing but
 * a {@link ConfigException} comes out of it, which says what is wrong where.
 */
final class Parser {
    /** Parentheses and variables inside of each other. */
    static final int MAX_DEPTH = 100;
    /** Characters of one text. */
    static final int MAX_TEXT = 16 << 20;
    /** Words of an expression, counted again for each use of a variable. */
    static final int MAX_WORDS = 4 << 20;

    private static final int MAX_BYTE = 255;

    private final Sources sources;
    private final Images images = new Images();
    private int words;

    private Parser(Sources sources) {
        this.sources = sources;
    }

    /**
     * The image that an expression describes.
     *
     * @throws ConfigException one line: where the mistake is and what would be right
     */
    static Image parse(String text, Sources sources) {
        return new Parser(sources).text(text, new Names(null), 0);
    }

    private Image text(String text, Names names, int depth) {
        if (text.length() > MAX_TEXT) {
            throw new ConfigException("an expression is at most " + MAX_TEXT + " characters long; large disks are served from a file,"
                    + " with the file plugin");
        }
        return new Scope(new Scanner(text), names, depth).parse(false);
    }

    /** Names and their images, as far as they are known at a place; a scope sees those of the scopes around it. */
    private record Names(Names outer, Map<String, Image> own) {
        Names(Names outer) {
            this(outer, new HashMap<>());
        }

        Image get(String name) {
            for (Names n = this; n != null; n = n.outer) {
                Image found = n.own.get(name);
                if (found != null) {
                    return found;
                }
            }
            return null;
        }
    }

    /** One pair of parentheses, or the whole: it has offsets and names of its own. */
    private final class Scope {
        private final Scanner in;
        private final Names names;
        private final int depth;
        private final Layouter layout = new Layouter(images);
        /** What an operator behind it works on; null if there is nothing of the kind. */
        private Image last;

        Scope(Scanner in, Names names, int depth) {
            this.in = in;
            this.names = names;
            this.depth = depth;
            if (depth > MAX_DEPTH) {
                throw in.error("more than " + MAX_DEPTH + " parentheses or variables inside of each other");
            }
        }

        Image parse(boolean nested) {
            int start = Math.max(0, in.place() - 1);
            in.skipSpaceAndComments();
            while (!in.atEnd() && in.peek() != ')') {
                if (++words > MAX_WORDS) {
                    throw in.error("the expression has more than " + MAX_WORDS + " words");
                }
                int place = in.place();
                try {
                    word();
                } catch (ImageTooLarge e) {
                    throw in.error(e.getMessage(), place);
                }
                in.skipSpaceAndComments();
            }
            if (in.atEnd() && nested) {
                throw in.error("this parenthesis is not closed", start);
            }
            if (!in.atEnd() && !nested) {
                throw in.error("there is no opening parenthesis for this one");
            }
            in.next();
            try {
                put(null);
                return layout.build();
            } catch (ImageTooLarge e) {
                throw in.error(e.getMessage(), start);
            }
        }

        /** Places what came before, which no operator can change any more. */
        private void put(Image next) {
            if (last != null) {
                layout.append(last);
            }
            last = next;
        }

        private void word() {
            int start = in.place();
            switch (in.peek()) {
                case '(' -> {
                    in.next();
                    put(new Scope(in, new Names(names), depth + 1).parse(true));
                }
                case '"' -> {
                    in.next();
                    put(images.bytes(in.string()));
                }
                case '@' -> {
                    in.next();
                    put(null);
                    offset(start);
                }
                case '<' -> {
                    in.next();
                    put(in.accept("(") ? script(start) : file(start));
                }
                case '$' -> {
                    in.next();
                    put(variable(start));
                }
                case '\\' -> {
                    in.next();
                    put(named(start));
                }
                case '*' -> {
                    in.next();
                    repeat(start);
                }
                case '[' -> {
                    in.next();
                    slice(start);
                }
                case '-' -> assign(start);
                default -> put(images.bytes(literal(start)));
            }
        }

        private byte[] literal(int start) {
            if (Scanner.isDigit(in.peek())) {
                return new byte[] {(byte) in.number("a byte", MAX_BYTE)};
            }
            if (in.accept("base64:")) {
                return in.base64();
            }
            for (int bytes = Short.BYTES; bytes <= Long.BYTES; bytes *= 2) {
                if (in.accept("le" + bytes * Byte.SIZE + ":")) {
                    return integer(bytes, false);
                }
                if (in.accept("be" + bytes * Byte.SIZE + ":")) {
                    return integer(bytes, true);
                }
            }
            throw in.error("this is no word of the language: bytes are numbers, \"strings\", <FILE, <(SCRIPT), $VARIABLE, \\NAME,"
                    + " le16: to be64: and a number, or base64:TEXT", start);
        }

        private byte[] integer(int bytes, boolean bigEndian) {
            int start = in.place();
            BigInteger value = in.number("an integer of " + bytes * Byte.SIZE + " bits");
            if (value.bitLength() > bytes * Byte.SIZE) {
                throw in.error("this number does not fit into " + bytes * Byte.SIZE + " bits", start);
            }
            byte[] result = new byte[bytes];
            for (int i = 0; i < bytes; i++) {
                result[bigEndian ? bytes - 1 - i : i] = value.shiftRight(i * Byte.SIZE).byteValue();
            }
            return result;
        }

        private void offset(int start) {
            long now = layout.offset();
            if (in.accept("+")) {
                in.skipSpace();
                long distance = in.size("the distance behind @+");
                if (distance > Long.MAX_VALUE - now) {
                    throw in.error("the disk would be larger than 2^63-1 bytes", start);
                }
                layout.moveTo(now + distance);
            } else if (in.accept("-")) {
                in.skipSpace();
                long distance = in.size("the distance behind @-");
                if (distance > now) {
                    throw in.error("this goes back by " + distance + ", but the offset is only " + now, start);
                }
                layout.moveTo(now - distance);
            } else if (in.accept("^")) {
                in.skipSpace();
                align(start, now, in.size("the alignment behind @^"));
            } else {
                layout.moveTo(in.size("an offset, or one of + - ^ and a number,"));
            }
        }

        private void align(int start, long now, long alignment) {
            if (Long.bitCount(alignment) != 1) {
                throw in.error("an alignment is a power of 2, not " + alignment, start);
            }
            if (now > Long.MAX_VALUE - (alignment - 1)) {
                throw in.error("the disk would be larger than 2^63-1 bytes", start);
            }
            layout.moveTo(now + alignment - 1 & -alignment);
        }

        private Image file(int start) {
            String name = in.until("*[) \t\n\r\f\u000b");
            if (name.isEmpty()) {
                throw in.error("the name of a file is expected directly behind <", start);
            }
            try {
                return images.sparse(sources.file(name));
            } catch (IOException e) {
                throw in.error("the file " + name + " can't be read: " + e.getMessage(), start);
            }
        }

        private Image script(int start) {
            String text = in.untilClosing();
            try {
                return images.sparse(sources.script(text));
            } catch (IOException e) {
                throw in.error("the script <(" + Scanner.shorten(text) + ") has failed: " + e.getMessage(), start);
            }
        }

        private Image variable(int start) {
            String name = in.variableName();
            String text = sources.variable(name).orElseThrow(() -> in.error("there is no variable $" + name
                    + ": it is set by a parameter " + name + "=EXPRESSION, or in the environment", start));
            try {
                return text(text, new Names(names), depth + 1);
            } catch (ConfigException e) {
                // only the innermost place is of use, not each variable on the way there
                throw e.getMessage().startsWith("in $") ? e : new ConfigException("in $" + name + ", " + e.getMessage(), e);
            }
        }

        private Image named(int start) {
            String name = in.name();
            Image image = names.get(name);
            if (image == null) {
                throw in.error("\\" + name + " is not known here; EXPRESSION -> \\" + name + " makes it known, up to the end of"
                        + " its parenthesis", start);
            }
            return image;
        }

        private void repeat(int start) {
            mustFollow(start, "*N");
            in.skipSpace();
            last = images.repeat(last, in.number("a count", Long.MAX_VALUE));
        }

        private void slice(int start) {
            mustFollow(start, "[N:M]");
            in.skipSpace();
            long from = in.peek() == ':' ? 0 : in.number("the start of a slice", Long.MAX_VALUE);
            in.skipSpace();
            if (!in.accept(":")) {
                throw in.error("a slice is written [N:M], [N:], [:M] or [:]", start);
            }
            in.skipSpace();
            long to = in.peek() == ']' ? last.length() : in.number("the end of a slice", Long.MAX_VALUE);
            in.skipSpace();
            if (!in.accept("]")) {
                throw in.error("a slice is written [N:M], [N:], [:M] or [:]", start);
            }
            if (from > to || to > last.length()) {
                throw in.error("the slice from " + from + " to " + to + " is not inside of the " + last.length() + " bytes before it",
                        start);
            }
            last = images.slice(last, from, to);
        }

        private void assign(int start) {
            if (!in.accept("->")) {
                throw in.error("this is no word of the language; a negative number is none, and an assignment is written -> \\NAME", start);
            }
            mustFollow(start, "-> \\NAME");
            in.skipSpace();
            if (!in.accept("\\")) {
                throw in.error("an assignment is written -> \\NAME", start);
            }
            names.own.put(in.name(), last);
            last = null;
        }

        private void mustFollow(int start, String operator) {
            if (last == null) {
                throw in.error(operator + " must stand behind an expression that has bytes", start);
            }
        }
    }
}
