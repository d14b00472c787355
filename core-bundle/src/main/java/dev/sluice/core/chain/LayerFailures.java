package dev.sluice.core.chain;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.util.Failures;
import java.util.concurrent.atomic.LongAdder;

/**
 * What goes wrong in one layer: counted, and logged where it is not the API's own failure type. Equal faults are logged
 * once, so that a broken plugin under load does not fill a disk.
 */
final class LayerFailures {
    private static final System.Logger LOG = System.getLogger("dev.sluice.layer");

    private final String export;
    private final String kind;
    private final LongAdder errors = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private volatile String lastFault = "";

    LayerFailures(String export, String kind) {
        this.export = export;
        this.kind = kind;
    }

    /** The failure that goes on towards the client. */
    NbdException failed(String operation, Throwable t) {
        return failed(0, operation, t);
    }

    /** As above, of a call for this connection; 0 for none. */
    NbdException failed(long connection, String operation, Throwable t) {
        errors.increment();
        if (t instanceof NbdException e) {
            return e;
        }
        return fault(connection, operation, Failures.line(t), t);
    }

    /** A layer that broke the rules of the API. */
    NbdException broken(long connection, String operation, String text) {
        errors.increment();
        return fault(connection, operation, text, null);
    }

    /** A request that broke the rules before it reached the layer. */
    NbdException refused(NbdError error, String text) {
        errors.increment();
        return new NbdException(error, text);
    }

    private NbdException fault(long connection, String operation, String text, Throwable t) {
        faults.increment();
        String signature = operation + ": " + text;
        if (!signature.equals(lastFault)) {
            lastFault = signature;
            LOG.log(System.Logger.Level.ERROR, "export " + export + ": " + (connection == 0 ? "" : "connection " + connection + ": ")
                    + kind + ": " + signature + " (the client gets EIO; the same fault is logged once)");
            if (t != null) {
                LOG.log(System.Logger.Level.DEBUG, "stack of the fault above", t);
            }
        }
        return new NbdException(NbdError.EIO, kind + ": " + text, t);
    }

    void continueCountsOf(LayerFailures old) {
        errors.add(old.errors());
        faults.add(old.faults());
    }

    long errors() {
        return errors.sum();
    }

    long faults() {
        return faults.sum();
    }
}
