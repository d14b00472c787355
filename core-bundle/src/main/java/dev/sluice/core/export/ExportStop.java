package dev.sluice.core.export;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.core.chain.Layer;
import dev.sluice.core.gate.CallGate;
import dev.sluice.core.util.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How an export and its connections end: drains with a deadline, what is done past it, and the stop of the whole
 * export.
 */
public final class ExportStop {
    /** What calls are given after they were cancelled. */
    static final Duration GRACE = Duration.ofSeconds(1);

    private static final System.Logger LOG = System.getLogger("dev.sluice.export");

    private final Export export;

    ExportStop(Export export) {
        this.export = export;
    }

    /**
     * Waits until nobody is inside the layers; the gates are shut. Past the deadline: cancel, a second of grace, then
     * the connections whose calls were late are closed; calls that still do not return are stranded, and their connection
     * takes part in nothing any more.
     *
     * @param going the layers that are to be taken out; the others go on
     * @return what was stranded, for the report
     */
    List<String> drainOrStrand(Duration drain, String why, List<Layer> going) {
        Deadline deadline = Deadline.after(export.services().platform(), drain);
        List<OpenConnection> stuck = new ArrayList<>();
        for (OpenConnection c : export.connections()) {
            if (!c.gate().awaitEmpty(deadline)) {
                stuck.add(c);
            }
        }
        boolean control = export.controlGate().awaitEmpty(deadline);
        if (stuck.isEmpty() && control) {
            return List.of();
        }
        going.forEach(l -> l.scope().cancel(why));
        stuck.forEach(c -> c.cancel(why));
        Deadline grace = Deadline.after(export.services().platform(), GRACE);
        List<String> stranded = new ArrayList<>();
        List<OpenConnection> answered = new ArrayList<>();
        for (OpenConnection c : stuck) {
            if (c.gate().awaitEmpty(grace)) {
                // Its devices were told to stop, so it can't go on; what it was asked is answered.
                c.session().disconnectSoft(why);
                answered.add(c);
            } else {
                stranded.add(strand(c, why));
                c.session().disconnectHard(why);
            }
        }
        disconnectAll(answered, why);
        if (!export.controlGate().awaitEmpty(grace)) {
            stranded.addAll(strandOtherCalls(why));
        }
        if (!stranded.isEmpty()) {
            // One of them may hold it, and those that come do not wait for it.
            export.turns().renew();
        }
        return stranded;
    }

    /**
     * Gives a connection up whose calls do not return. What its devices find behind them refuses from now on, and they are
     * closed when the last of the calls has returned.
     */
    String strand(OpenConnection connection, String why) {
        String text = connection.gate().inside() + " calls of connection " + connection.client().connection() + " ("
                + connection.client().peer() + ")";
        LOG.log(System.Logger.Level.ERROR, "export " + export.name() + ": stranded: " + text + " do not return after: " + why);
        export.clients().forget(connection);
        // Before its chain is taken apart: a call that heeds it may still end soon.
        connection.cancel(why);
        connection.chain().strand();
        connection.gate().close();
        connection.gate().whenEmpty(() -> startClosing(connection));
        return text;
    }

    private void startClosing(OpenConnection connection) {
        try {
            export.services().platform().start("sluice-close-" + export.name(), () -> closeLate(connection));
        } catch (OutOfMemoryError e) {
            // There is no thread now; the devices stay open a little longer.
            export.services().timers().after(GRACE, () -> startClosing(connection));
        }
    }

    private void closeLate(OpenConnection connection) {
        CallGate gate = export.controlGate();
        CallGate.Pass pass = null;
        while (pass == null && !gate.isClosed()) {
            pass = gate.enter(Deadline.after(export.services().platform(), GRACE));
        }
        try {
            connection.chain().close();
        } finally {
            if (pass != null) {
                pass.exit();
            }
        }
        LOG.log(System.Logger.Level.WARNING, "export " + export.name() + ": the stranded calls of connection "
                + connection.client().connection() + " have returned, its devices are closed");
    }

    /** Gives all calls up that are inside the layers and are no requests; later ones do not wait for them. */
    List<String> strandOtherCalls(String why) {
        List<String> stranded = new ArrayList<>();
        for (CallGate.Pass pass : export.controlGate().strand()) {
            String text = "a call besides requests: " + Watched.where(pass.thread());
            stranded.add(text);
            LOG.log(System.Logger.Level.ERROR, "export " + export.name() + ": stranded: " + text + " does not return after: " + why);
        }
        return stranded;
    }

    /** Tells all clients to go and closes their devices. The gates may be shut; operations lock held. */
    void endConnections(String why, Duration drain) {
        for (OpenConnection c : export.connections()) {
            c.gate().close();
            c.session().disconnectSoft(why);
        }
        Deadline deadline = Deadline.after(export.services().platform(), drain);
        List<OpenConnection> ended = export.clients().takeAll();
        List<OpenConnection> empty = new ArrayList<>();
        for (OpenConnection c : ended) {
            if (c.gate().awaitEmpty(deadline)) {
                empty.add(c);
            } else {
                strand(c, why);
            }
        }
        if (!empty.isEmpty()) {
            watched("closing the devices of its clients", drain, () -> empty.forEach(c -> c.chain().close()));
        }
        disconnectAll(ended, why);
    }

    /** Tells clients to go whose devices are in the hands of a call that does not return: it closes them when it does. */
    void abandonConnections(List<OpenConnection> connections, String why) {
        for (OpenConnection c : connections) {
            export.clients().forget(c);
            c.gate().close();
            c.session().disconnectSoft(why);
            c.chain().strand();
        }
        disconnectAll(connections, why);
    }

    /** The end of an export does not wait for code that does not return; what is left is done when it does. */
    private void watched(String what, Duration drain, Runnable work) {
        Watched.run(export.services().platform(), "sluice-close-" + export.name(), "export " + export.name() + ": " + what,
                drain.compareTo(GRACE) < 0 ? GRACE : drain, work);
    }

    /** One grace for all: clients that do not read must not add up. */
    private void disconnectAll(List<OpenConnection> ended, String why) {
        Deadline grace = Deadline.after(export.services().platform(), GRACE);
        ended.forEach(c -> c.session().disconnectQuiet(why, Duration.ofNanos(grace.remainingNanos())));
    }

    /**
     * Ends the export: clients get ESHUTDOWN for new requests and are closed, layers are closed. When this returns no
     * layer's code is in use, but for what was stranded.
     */
    public void stop(String why) {
        stop(why, export.config().drain());
    }

    /** New clients are turned away; those that are there stay. */
    public void hide() {
        export.exclusively(() -> {
            if (export.state() == ExportState.ACTIVE) {
                export.become(ExportState.STOPPING, "hidden: its clients stay, new ones are turned away");
            }
        });
    }

    /** As {@link #stop(String)}, with another limit for the drain. */
    public void stop(String why, Duration drain) {
        boolean done = export.exclusivelyAtTheEnd(null, () -> {
            if (export.controlGate().isClosed()) {
                return;
            }
            export.become(ExportState.STOPPING, why);
            export.connections().forEach(c -> c.gate().close());
            export.layers().forEach(l -> l.scope().cancel(why));
            endConnections(why, drain);
            export.controlGate().close();
            Deadline deadline = Deadline.after(export.services().platform(), drain);
            export.swap().discard();
            if (!export.controlGate().awaitEmpty(deadline)) {
                strandOtherCalls(why);
            }
            if (!export.layers().isEmpty()) {
                watched("closing its layers", drain, () -> export.disposeAll(export.slots()));
            }
        });
        if (!done) {
            LOG.log(System.Logger.Level.ERROR, "export " + export.name() + " could not be stopped");
        }
    }
}
