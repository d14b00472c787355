package dev.sluice.shared.shell;

import java.io.IOException;

/** A command did not do its work; the message says in one line why: it failed, took too long, or wrote too much. */
public class ShellException extends IOException {
    private static final long serialVersionUID = 1L;

    ShellException(String message) {
        super(message);
    }

    ShellException(String message, Throwable cause) {
        super(message, cause);
    }
}
