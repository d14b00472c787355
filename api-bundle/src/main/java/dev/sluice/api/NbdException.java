package dev.sluice.api;

import java.io.IOException;
import java.util.Objects;

/**
 * The one failure type of requests: carries the error that the client will see and a line for people, which is sent
 * along where the protocol has room for it. Cheap: it has no stack trace of its own, so that a layer that refuses
 * thousands of requests a second costs little; a cause keeps its trace.
 */
public class NbdException extends IOException {
    private static final long serialVersionUID = 1L;

    private final NbdError error;

    /**
     * A failure.
     *
     * @param error what the client sees
     * @param message one line: what failed and why
     */
    public NbdException(NbdError error, String message) {
        super(message);
        this.error = Objects.requireNonNull(error);
    }

    /** As above, with what caused it. */
    public NbdException(NbdError error, String message, Throwable cause) {
        super(message, cause);
        this.error = Objects.requireNonNull(error);
    }

    /** What the client sees. */
    public NbdError error() {
        return error;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
