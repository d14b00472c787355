package dev.sluice.core.handshake;

/** Words about failures. */
final class Texts {
    private static final int SHOWN = 200;

    private Texts() {
    }

    /** The message of a failure in one line, or its type where it has none. */
    static String of(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : oneLine(message);
    }

    /** A name in quotes, cut where it would bury the rest of the line. */
    static String quoted(String name) {
        return "'" + oneLine(name.length() > SHOWN ? name.substring(0, SHOWN) + "..." : name) + "'";
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }
}
