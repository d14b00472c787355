package dev.sluice.commandline;

/**
 * The command line can't be used. The text is complete but for the program's name in front, and one line whatever the words
 * of the command line hold: control characters are escaped.
 */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean usage;
    private final boolean logged;
    private final boolean hint;

    private UsageException(String message, boolean usage, boolean logged, boolean hint) {
        super(message);
        this.usage = usage;
        this.logged = logged;
        this.hint = hint;
    }

    /** {@code sluice: TEXT}. */
    static UsageException of(String text) {
        return new UsageException(oneLine(text), false, false, false);
    }

    /** {@code sluice: TEXT} in several lines, none of which comes from the command line. */
    static UsageException lines(String text) {
        return new UsageException(text, false, false, false);
    }

    /** {@code sluice: error: TEXT}, to where {@code --log} has errors. */
    static UsageException error(String text) {
        return new UsageException(oneLine("error: " + text), false, true, false);
    }

    /** {@code sluice: TEXT}, and the synopsis on standard output. */
    static UsageException withSynopsis(String text) {
        return new UsageException(oneLine(text), true, false, false);
    }

    /** Whether it goes to where {@code --log} has errors, and not to standard error whatever that says. */
    boolean isLogged() {
        return logged;
    }

    /** The same, and where to read on behind it. */
    UsageException withHint() {
        return new UsageException(getMessage(), usage, logged, true);
    }

    /** Whether to say where to read on. */
    boolean showsHint() {
        return hint;
    }

    /** Whether the synopsis is to be printed too. */
    boolean showsSynopsis() {
        return usage;
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        for (char c : text.toCharArray()) {
            line.append(Character.isISOControl(c) ? String.format("\\x%02x", (int) c) : String.valueOf(c));
        }
        return line.toString();
    }
}
