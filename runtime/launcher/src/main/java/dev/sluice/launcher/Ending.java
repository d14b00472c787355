package dev.sluice.launcher;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How the process ends on SIGTERM, SIGINT and SIGHUP. The JVM answers them with shutdown hooks and a status above 128;
 * here the hook only asks the main thread to end and waits for it, and the main thread halts the JVM with the status
 * of a clean stop.
 */
final class Ending {
    /** Longer than a core that drains and a framework that stops may take. */
    private static final long SECONDS = 150;

    private final Console console;
    private final CountDownLatch never = new CountDownLatch(1);
    private boolean asked;
    private Runnable onStop;

    Ending(Console console) {
        this.console = console;
    }

    /** From now on the signals are heard. */
    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::signalled, "sluice-signal"));
    }

    /** Sets what to do when the process is told to end, or does it now if it was already told. */
    void onStop(Runnable action) {
        boolean now;
        synchronized (this) {
            onStop = action;
            now = asked;
        }
        if (now) {
            action.run();
        }
    }

    void signalled() {
        Runnable action;
        synchronized (this) {
            asked = true;
            action = onStop;
        }
        if (action != null) {
            action.run();
        }
        try {
            // the main thread halts the JVM meanwhile
            never.await(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        console.message(System.Logger.Level.ERROR, "did not stop within " + SECONDS + " seconds, giving up", null);
        Runtime.getRuntime().halt(1);
    }
}
