package dev.sluice.core.util;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Warnings that any client can cause as often as it likes: of each subject some are logged in a minute, and then only how many more
 * there were, so that nobody can fill the log. Safe for use by several threads.
 */
public final class Complaints {
    /** Lines of one subject in a {@link #PERIOD}. */
    public static final int LINES = 20;
    /** From the first of them. */
    public static final Duration PERIOD = Duration.ofMinutes(1);
    /** Subjects at once; what is beyond counts as one of them. */
    static final int SUBJECTS = 1000;
    private static final String OTHERS = "others";

    private final Timers timers;
    private final Monitor monitor;
    // guarded by monitor
    private final Map<String, Count> counts = new HashMap<>();

    private static final class Count {
        private long lines;
    }

    /** None yet. */
    public Complaints(Platform platform, Timers timers) {
        this.timers = timers;
        this.monitor = platform.monitor("complaints");
    }

    /**
     * Logs a warning, or counts it.
     *
     * @param subject the listener or export that it is about, such as {@code export disk}
     */
    public void warn(System.Logger log, String subject, String line) {
        if (mayLog(log, subject)) {
            log.log(System.Logger.Level.WARNING, line);
        }
    }

    private boolean mayLog(System.Logger log, String subject) {
        monitor.lock();
        try {
            String key = counts.containsKey(subject) || counts.size() < SUBJECTS ? subject : OTHERS;
            Count count = counts.get(key);
            if (count == null) {
                count = new Count();
                counts.put(key, count);
                timers.after(PERIOD, () -> over(log, key));
            }
            count.lines++;
            return count.lines <= LINES;
        } finally {
            monitor.unlock();
        }
    }

    private void over(System.Logger log, String key) {
        Count count;
        monitor.lock();
        try {
            count = counts.remove(key);
        } finally {
            monitor.unlock();
        }
        if (count.lines > LINES) {
            log.log(System.Logger.Level.WARNING, key + ": " + (count.lines - LINES)
                    + " more warnings about clients were left out in the last " + PERIOD.toSeconds() + " s");
        }
    }
}
