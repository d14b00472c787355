package dev.sluice.api;

/**
 * What the operator gave can't be used: one line that names the input and says what would be right. It stays one line
 * whatever the input holds: control characters are escaped as in Java source.
 */
public class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With one line for the operator. */
    public ConfigException(String message) {
        super(oneLine(message));
    }

    /** With one line for the operator, and what caused it. */
    public ConfigException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    private static String oneLine(String message) {
        if (message == null || message.chars().noneMatch(Character::isISOControl)) {
            return message;
        }
        StringBuilder line = new StringBuilder();
        for (char c : message.toCharArray()) {
            line.append(Character.isISOControl(c) ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        }
        return line.toString();
    }
}
