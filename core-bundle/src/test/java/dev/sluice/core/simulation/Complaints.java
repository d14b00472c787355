package dev.sluice.core.simulation;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Keeps the log of a run quiet, and takes what the core calls a bug of its own for one. */
final class Complaints extends Handler {
    private final Logger logger = Logger.getLogger("dev.sluice");
    private final boolean parents = logger.getUseParentHandlers();
    private final Scheduler scheduler;

    Complaints(Scheduler scheduler) {
        this.scheduler = scheduler;
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord r) {
        if (!(Thread.currentThread() instanceof SimThread)) {
            return;
        }
        String text = r.getMessage();
        scheduler.note("log: " + text);
        boolean bug = text.contains("internal error") || r.getThrown() != null && r.getLevel().intValue() >= Level.SEVERE.intValue();
        if (bug) {
            scheduler.fail("the core complains: " + text + ": " + r.getThrown(), r.getThrown());
        }
    }

    @Override
    public void flush() {
        // nothing is kept
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(parents);
    }
}
