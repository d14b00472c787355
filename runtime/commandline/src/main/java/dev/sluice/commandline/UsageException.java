package dev.sluice.commandline;

/** The command line can't be used. The text is complete but for the program's name in front. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean usage;

    private UsageException(String message, boolean usage) {
        super(message);
        this.usage = usage;
    }

    /** {@code sluice: TEXT}. */
    static UsageException of(String text) {
        return new UsageException(text, false);
    }

    /** {@code sluice: error: TEXT}. */
    static UsageException error(String text) {
        return new UsageException("error: " + text, false);
    }

    /** {@code sluice: TEXT}, and the synopsis on standard output. */
    static UsageException withSynopsis(String text) {
        return new UsageException(text, true);
    }

    /** Whether the synopsis is to be printed too. */
    boolean showsSynopsis() {
        return usage;
    }
}
