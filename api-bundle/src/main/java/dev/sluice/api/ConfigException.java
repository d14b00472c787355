package dev.sluice.api;

/**
 * What the operator gave can't be used: one line that names the input and says what would be right.
 */
public class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With one line for the operator. */
    public ConfigException(String message) {
        super(message);
    }

    /** With one line for the operator, and what caused it. */
    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
