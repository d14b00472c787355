package dev.sluice.core.export;

import dev.sluice.api.NbdException;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.core.chain.Chain;
import dev.sluice.core.chain.Layer;
import dev.sluice.core.chain.LayerSwap;
import dev.sluice.core.util.Failures;
import dev.sluice.core.util.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The code of a layer goes away under clients and comes back: {@code bundle:update}, {@code stop} and {@code start},
 * {@code uninstall} and {@code install}. The service goes first; the framework's thread waits in {@link #leaving} until
 * nobody is inside the bundle's code and the layer's state was taken. Clients wait until a successor is there, or until
 * the hold time is over.
 *
 * <p>All methods run under the export's operations lock.
 */
final class InPlaceSwap {
    private static final System.Logger LOG = System.getLogger("dev.sluice.swap");

    private final Export export;
    private final SwapLog log;
    private boolean shut;
    private long shutAt;
    private long drained;
    private Timers.Timer hold;
    /** Counts hold times, so that one that is over in the moment in which it is ended does not end the next one. */
    private long holds;
    /** Why the export was hidden before it was held; null if it was not. */
    private String hidden;
    private final List<String> replaced = new ArrayList<>();
    private final List<String> stranded = new ArrayList<>();

    InPlaceSwap(Export export, SwapLog log) {
        this.export = export;
        this.log = log;
    }

    /** The kind's service is going: when this returns, nothing of it is in use. */
    void leaving(Kind kind) {
        List<LayerSlot> using = export.slots().stream().filter(s -> s.kind() == kind).toList();
        if (using.isEmpty()) {
            return;
        }
        String what = (kind.filter() ? "filter '" : "plugin '") + kind.name() + "'";
        String why = what + " has left, waiting for it to come back";
        ExportState before = export.state();
        if (before == ExportState.STOPPING) {
            hidden = export.why();
        }
        // Without clients, after the hold time, new ones are turned away; the layers that are left may still be busy.
        boolean waiting = before == ExportState.WAITING;
        if (!waiting) {
            export.become(ExportState.HELD, why);
        }
        shutGates();
        stranded.addAll(export.stop().drainOrStrand(export.config().drain(), what + " is being stopped",
                using.stream().map(LayerSlot::layer).toList()));
        for (LayerSlot slot : using) {
            takeOut(slot);
        }
        putBack();
        if (shut && waiting) {
            reopenForNewClients(why);
        } else if (shut && hold == null) {
            startHold();
        }
    }

    private void startHold() {
        long number = ++holds;
        hold = export.services().timers().after(export.config().hold(),
                () -> export.services().platform().start("sluice-hold-" + export.name(), () -> holdIsOver(number)));
    }

    private void takeOut(LayerSlot slot) {
        Layer layer = slot.layer();
        Kind kind = slot.kind();
        List<OpenConnection> connections = export.connections();
        List<Chain> chains = connections.stream().map(OpenConnection::chain).toList();
        LayerSwap[] left = new LayerSwap[1];
        NbdException[] failed = new NbdException[1];
        Watched watched = new Watched(export.services().platform(), "export " + export.name() + ": " + layer.kind() + " hands over");
        watched.start("sluice-swap-" + export.name(), "hand over", export.config().drain(), me -> {
            LayerSwap taken = null;
            try {
                taken = LayerSwap.takeOut(chains, layer);
            } catch (NbdException e) {
                failed[0] = e;
            }
            export.factory().dispose(kind, layer);
            if (me.isGivenUp()) {
                // Too late: the clients were told that the state is lost.
                if (taken != null) {
                    taken.discard();
                }
                chains.forEach(Chain::close);
            } else {
                left[0] = taken;
            }
        });
        if (!watched.await()) {
            String where = watched.where();
            stranded.add(layer.kind() + " does not hand over: " + where);
            String lost = layer.kind() + ": its state is lost: it did not hand over within " + export.config().drain().toMillis() + " ms";
            LOG.log(System.Logger.Level.ERROR, "export " + export.name() + ": " + lost + "; " + where);
            export.stop().abandonConnections(connections, lost);
            left[0] = LayerSwap.withoutState(layer);
        } else if (left[0] == null) {
            String lost = layer.kind() + ": its state is lost: "
                    + (failed[0] != null ? failed[0].getMessage() : Failures.line(watched.failure()));
            LOG.log(System.Logger.Level.ERROR, "export " + export.name() + ": " + lost);
            // Clients must not go on with a layer that has forgotten what they were told is there.
            export.stop().endConnections(lost, export.config().drain());
            left[0] = LayerSwap.withoutState(layer);
        }
        slot.setWaiting(left[0]);
        slot.set(null, null);
        replaced.add(layer.kind() + " " + layer.origin());
    }

    /** A kind has come: fills the places that wait for it. */
    void putBack() {
        List<LayerSlot> empty = export.slots().stream().filter(s -> s.layer() == null && s.waiting() != null).toList();
        if (empty.isEmpty()) {
            return;
        }
        List<String> filled = new ArrayList<>();
        // From the plugin outwards, so that a filter finds the layers below it as it left them.
        for (int i = empty.size() - 1; i >= 0; i--) {
            LayerSlot slot = empty.get(i);
            Optional<Kind> kind = export.kinds().find(slot.spec().filter(), slot.spec().kind());
            if (kind.isEmpty()) {
                return;
            }
            String failure = fill(slot, kind.get());
            if (failure != null) {
                // In this order: who sees the state finds the record too.
                record(failure);
                export.become(ExportState.HELD, failure);
                return;
            }
            filled.add(slot.layer().origin());
        }
        reopen();
        record("ok, now " + String.join(", ", filled));
        becomeAsBefore();
        replaced.clear();
        stranded.clear();
    }

    /** Null if the slot is filled, else why not. The successor may hang, so somebody else makes it. */
    private String fill(LayerSlot slot, Kind kind) {
        Filling filling = new Filling(slot, kind, chains());
        String who = slot.spec().kind() + " of " + kind.bundle() + " " + kind.version();
        Watched watched = new Watched(export.services().platform(), "export " + export.name() + ": " + who + " takes over");
        try {
            watched.start("sluice-fill-" + export.name(), "take over", export.config().drain(), filling::run);
        } catch (OutOfMemoryError e) {
            return who + " can't take over: there is no thread for it";
        }
        if (!watched.await()) {
            String where = watched.where();
            filling.strand();
            stranded.add(who + " does not take over: " + where);
            LOG.log(System.Logger.Level.ERROR, "export " + export.name() + ": stranded: " + who + " does not take over: " + where);
            return who + " can't take over: it did not within " + export.config().drain().toMillis() + " ms and was given up";
        }
        if (watched.failure() != null) {
            return who + " can't take over: " + Failures.line(watched.failure());
        }
        filling.successor.commit();
        slot.setWaiting(null);
        slot.set(kind, filling.layer);
        return null;
    }

    /** A successor on its way. When it was given up, nothing that it does has an effect any more. */
    private final class Filling {
        private final LayerSlot slot;
        private final Kind kind;
        private final List<Chain> chains;
        private volatile Layer layer;
        private volatile LayerSwap.Successor successor;

        Filling(LayerSlot slot, Kind kind, List<Chain> chains) {
            this.slot = slot;
            this.kind = kind;
            this.chains = chains;
        }

        void run(Watched me) throws Exception {
            boolean done = false;
            try {
                layer = export.factory().configured(kind, slot.spec(), export.config());
                me.check();
                export.factory().ready(layer, slot.spec());
                me.check();
                LayerSwap.Successor s = successorOf(layer);
                me.check();
                s.run();
                done = !me.isGivenUp();
                if (!done) {
                    s.takeBack();
                }
            } finally {
                if (!done && layer != null) {
                    export.factory().dispose(kind, layer);
                }
            }
        }

        private LayerSwap.Successor successorOf(Layer made) {
            successor = slot.waiting().successor(chains, made);
            return successor;
        }

        void strand() {
            Layer made = layer;
            if (made != null) {
                made.scope().cancel("it did not take over in time");
            }
            if (successor != null) {
                successor.strand();
            }
        }
    }

    private void shutGates() {
        if (shut) {
            return;
        }
        shut = true;
        shutAt = export.services().platform().nanoTime();
        drained = 0;
        export.controlGate().shut();
        for (OpenConnection c : export.connections()) {
            drained += c.gate().inside();
            c.gate().shut();
        }
    }

    private void reopen() {
        shut = false;
        if (hold != null) {
            hold.cancel();
            hold = null;
        }
        export.layersChanged();
        export.connections().forEach(c -> c.gate().reopen());
        export.controlGate().reopen();
        export.clients().closeDeparted();
    }

    /** After the record was made: who sees the state finds the record too. */
    private void becomeAsBefore() {
        if (hidden == null) {
            export.become(ExportState.ACTIVE, "");
        } else {
            export.become(ExportState.STOPPING, hidden);
            hidden = null;
        }
    }

    private void holdIsOver(long number) {
        export.exclusively(() -> {
            if (!shut || hold == null || number != holds) {
                return;
            }
            hold = null;
            String why = export.why() + "; nobody came within " + export.config().hold().toSeconds() + " s";
            record(why);
            export.stop().endConnections(why, export.config().drain());
            // Handed-over state stays until the export is deleted: a successor may still come.
            reopenForNewClients(why);
        });
    }

    private void reopenForNewClients(String why) {
        shut = false;
        export.become(ExportState.WAITING, why);
        export.controlGate().reopen();
        export.clients().closeDeparted();
    }

    /** The export ends: what waits for a successor waits no more. */
    void discard() {
        if (hold != null) {
            hold.cancel();
            hold = null;
        }
        for (LayerSlot slot : export.slots()) {
            LayerSwap left = slot.waiting();
            if (left != null) {
                slot.setWaiting(null);
                left.discard();
            }
        }
        if (shut) {
            shut = false;
            export.controlGate().reopen();
            export.clients().closeDeparted();
        }
    }

    /** A kind has come after the hold time was over: the state is still there, the clients are not. */
    boolean reviveAfterHold() {
        if (export.state() != ExportState.WAITING || export.slots().isEmpty()) {
            return false;
        }
        shutGates();
        putBack();
        if (shut) {
            reopenForNewClients(export.why());
        }
        return true;
    }

    private List<Chain> chains() {
        return export.connections().stream().map(OpenConnection::chain).toList();
    }

    private void record(String result) {
        Duration pause = Duration.ofNanos(export.services().platform().nanoTime() - shutAt);
        SwapRecord swap = new SwapRecord(Instant.now(), export.name(), "in place: " + String.join(", ", replaced), result, drained, pause,
                export.connections().size(), stranded);
        log.add(swap);
        LOG.log(result.startsWith("ok") ? System.Logger.Level.INFO : System.Logger.Level.WARNING, "export " + export.name() + ": swap "
                + swap.what() + ": " + result + " (pause " + pause.toMillis() + " ms, " + swap.connections() + " connections)");
    }

}
