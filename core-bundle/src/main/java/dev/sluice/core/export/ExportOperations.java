package dev.sluice.core.export;

import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import java.time.Duration;

/** Starts, stops, swaps and changes of one export: one at a time. */
final class ExportOperations {
    /** How long an operation waits for the one before. */
    static final Duration WAIT = Duration.ofSeconds(60);
    /** How often who waits looks for a start that is to be given up. */
    private static final Duration START_LOOK = Duration.ofSeconds(1);

    private static final System.Logger LOG = System.getLogger("dev.sluice.export");

    private final Export export;
    private final Monitor monitor;

    ExportOperations(Export export) {
        this.export = export;
        this.monitor = export.services().platform().monitor("operations of export " + export.name());
    }

    /** Runs one operation while no other runs; false if that was not possible in time. */
    boolean exclusively(Runnable operation) {
        if (!monitor.tryLock(Deadline.after(export.services().platform(), WAIT))) {
            return busy();
        }
        return locked(operation);
    }

    /**
     * As {@link #exclusively}, for what ends the export, or a kind: a start that is under way does not hold it up for longer
     * than the drain time.
     *
     * @param start is given up
     * @param kind that must be part of that start; null for any
     */
    boolean exclusivelyAtTheEnd(ExportStart start, Kind kind, Runnable operation) {
        Deadline deadline = Deadline.after(export.services().platform(), WAIT.plus(export.config().drain()));
        do {
            start.giveUp(kind);
            if (monitor.tryLock(Deadline.after(export.services().platform(), START_LOOK))) {
                return locked(operation);
            }
        } while (!deadline.isOver());
        return busy();
    }

    private boolean busy() {
        LOG.log(System.Logger.Level.ERROR, "export " + export.name() + ": another operation has not ended for " + WAIT.toSeconds()
                + " s; this one is not done");
        return false;
    }

    private boolean locked(Runnable operation) {
        try {
            operation.run();
            return true;
        } finally {
            monitor.unlock();
        }
    }
}
