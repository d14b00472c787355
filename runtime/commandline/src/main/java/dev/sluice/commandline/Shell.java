package dev.sluice.commandline;

/** Text for shells and for people's eyes. */
final class Shell {
    private static final String PLAIN = "%+,-./:=@_";

    private Shell() {
    }

    /** One word that {@code sh} reads as exactly this text. */
    static String quote(String text) {
        boolean plain = !text.isEmpty() && text.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0);
        return plain ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /** In double quotes, with control characters, quotes and backslashes escaped as in C: one line stays one line. */
    static String visible(String text) {
        StringBuilder s = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '\n' -> s.append("\\n");
                case '\r' -> s.append("\\r");
                case '\t' -> s.append("\\t");
                case '"', '\\' -> s.append('\\').append(c);
                default -> s.append(Character.isISOControl(c) ? String.format("\\x%02x", (int) c) : String.valueOf(c));
            }
        }
        return s.append('"').toString();
    }
}
