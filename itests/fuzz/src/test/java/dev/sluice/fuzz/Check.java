package dev.sluice.fuzz;

import java.util.Objects;
import java.util.function.Supplier;

/** What targets demand; what does not hold is a finding. */
public final class Check {
    private Check() {
    }

    /** Fails with a text unless it holds. */
    public static void that(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }

    /** Fails unless both are equal. */
    public static void same(Object expected, Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + ": " + actual + " instead of " + expected);
        }
    }

    /** What a person is told must be one line that says something. */
    public static void oneLine(String message) {
        that(message != null && !message.isBlank(), () -> "an error without a message");
        that(message.indexOf('\n') < 0 && message.indexOf('\r') < 0, () -> "more than one line: " + message);
    }
}
