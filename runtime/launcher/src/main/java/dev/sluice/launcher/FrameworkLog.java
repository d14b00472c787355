package dev.sluice.launcher;

import org.apache.felix.framework.Logger;

/** Felix's own messages, which it would print on standard output with stack traces. */
final class FrameworkLog extends Logger {
    private final Console console;

    FrameworkLog(Console console) {
        this.console = console;
    }

    @Override
    protected void doLog(int level, String text, Throwable thrown) {
        if (level == LOG_ERROR || level == LOG_WARNING) {
            console.message(level == LOG_ERROR ? System.Logger.Level.ERROR : System.Logger.Level.WARNING, text, thrown);
        } else if (console.verbose()) {
            console.message(System.Logger.Level.DEBUG, text, thrown);
        }
    }
}
