package dev.sluice.core.util;

/** Turns throwables into the one line that people read, and collects those of several steps. */
public final class Failures {
    private Throwable first;

    /** The message, or the class name where there is none; one line, without a stack trace. */
    public static String line(Throwable t) {
        String message = t.getMessage();
        String text = message == null || message.isBlank() ? t.getClass().getSimpleName() : message;
        if (!(t instanceof dev.sluice.api.NbdException) && !(t instanceof dev.sluice.api.ConfigException) && message != null
                && !message.isBlank()) {
            text = t.getClass().getSimpleName() + ": " + message;
        }
        return oneLine(text);
    }

    /** Without line feeds and other control characters: texts may come from clients, and lines of a log from nobody else. */
    public static String oneLine(String text) {
        StringBuilder line = null;
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                line = line == null ? new StringBuilder(text) : line;
                line.setCharAt(i, ' ');
            }
        }
        return line == null ? text : line.toString();
    }

    /** One step that may fail. */
    @FunctionalInterface
    public interface Step {
        /** Does it. */
        void run() throws Exception;
    }

    /** Runs a step; its failure, whatever it is, is kept and later steps still run. */
    public void run(Step step) {
        try {
            step.run();
        } catch (Throwable t) {
            if (first == null) {
                first = t;
            } else if (first != t) {
                first.addSuppressed(t);
            }
        }
    }

    /** The first failure with the others suppressed in it, or null. */
    public Throwable first() {
        return first;
    }
}
