package dev.sluice.core.export;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdException;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl.ChangeOptions;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.core.chain.Chain;
import dev.sluice.core.chain.Layer;
import dev.sluice.core.chain.Reshape;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Failures;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Changes the layers of a running export for all its connections or for none: insert, remove, move, replace, other
 * parameters, other code. New layers are configured, opened and tested while requests run; only then the gates are shut.
 * What can't be done is refused before clients notice anything, and the old layers go on.
 */
final class LiveChange {
    private static final System.Logger LOG = System.getLogger("dev.sluice.swap");

    private final Export export;
    private final SwapLog log;
    private final Platform platform;

    LiveChange(Export export, SwapLog log) {
        this.export = export;
        this.log = log;
        this.platform = export.services().platform();
    }

    /**
     * Brings the export to the planned layers.
     *
     * @return what was done, or would be
     * @throws ConfigException refused, with the reason; nothing has changed
     */
    SwapRecord run(ChangePlan plan, ChangeOptions options) {
        SwapRecord[] done = new SwapRecord[1];
        ConfigException[] refused = new ConfigException[1];
        boolean ran = export.exclusively(() -> {
            try {
                done[0] = change(plan, options);
            } catch (ConfigException e) {
                refused[0] = e;
            }
        });
        if (!ran) {
            throw new ConfigException("export " + export.name() + " is busy with another change");
        }
        if (refused[0] != null) {
            if (!options.dryRun()) {
                record(plan, "refused: " + refused[0].getMessage(), 0, Duration.ZERO);
            }
            throw refused[0];
        }
        return done[0];
    }

    private SwapRecord change(ChangePlan plan, ChangeOptions options) {
        if (export.state() != ExportState.ACTIVE) {
            throw new ConfigException("export " + export.name() + " is " + export.state().name().toLowerCase(java.util.Locale.ROOT)
                    + ", it can only be changed while it is active");
        }
        plan.checkConsent(options);
        if (options.dryRun()) {
            return new SwapRecord(Instant.now(), export.name(), plan.what(), "would be done", 0, Duration.ZERO,
                    export.connections().size(), List.of());
        }
        Attempt attempt = new Attempt(plan, options);
        try {
            attempt.prepareInTime();
            attempt.shutAndDrain();
            attempt.takeOver();
        } catch (RuntimeException | Error e) {
            attempt.undo(false);
            throw e instanceof ConfigException known ? known : new ConfigException(Failures.line(e), e);
        }
        attempt.commit();
        return record(plan, "ok", attempt.drained, attempt.pause);
    }

    private SwapRecord record(ChangePlan plan, String result, long drained, Duration pause) {
        SwapRecord swap = new SwapRecord(Instant.now(), export.name(), plan.what(), result, drained, pause, export.connections().size(),
                List.of());
        log.add(swap);
        LOG.log(System.Logger.Level.INFO, "export " + export.name() + ": " + plan.what() + ": " + result + " (pause "
                + pause.toNanos() / 1000 + " us, " + swap.connections() + " connections)");
        return swap;
    }

    /** One change on its way. */
    private final class Attempt {
        private final ChangePlan plan;
        private final ChangeOptions options;
        private final List<LayerSlot> after = new ArrayList<>();
        private final List<LayerSlot> fresh = new CopyOnWriteArrayList<>();
        private final Monitor monitor = platform.monitor("change of export " + export.name());
        private Reshape reshape;
        private boolean shut;
        private long shutAt;
        private long drained;
        private Duration pause = Duration.ZERO;

        // guarded by monitor
        private boolean prepared;
        private boolean givenUp;
        private RuntimeException failure;

        Attempt(ChangePlan plan, ChangeOptions options) {
            this.plan = plan;
            this.options = options;
        }

        /** On a thread of its own, because the new code may hang. */
        void prepareInTime() {
            platform.start("sluice-change-" + export.name(), () -> {
                RuntimeException failed = null;
                try {
                    prepare();
                } catch (RuntimeException | Error e) {
                    failed = e instanceof ConfigException known ? known : new ConfigException(Failures.line(e), e);
                }
                boolean late;
                monitor.lock();
                try {
                    failure = failed;
                    prepared = true;
                    late = givenUp;
                    monitor.signalAll();
                } finally {
                    monitor.unlock();
                }
                if (late) {
                    undo(true);
                }
            });
            Deadline deadline = Deadline.after(platform, export.config().drain());
            monitor.lock();
            try {
                while (!prepared) {
                    if (!monitor.await(deadline) && deadline.isOver() && !prepared) {
                        givenUp = true;
                        break;
                    }
                }
                if (failure != null) {
                    throw failure;
                }
            } finally {
                monitor.unlock();
            }
            if (givenUp) {
                fresh.forEach(s -> cancel(s.layer(), "the change was given up"));
                throw new ConfigException("the new layer was not configured and open within " + export.config().drain().toMillis()
                        + " ms; the old one goes on");
            }
        }

        private void cancel(Layer layer, String why) {
            if (layer != null) {
                layer.scope().cancel(why);
            }
        }

        private void prepare() {
            for (ChangePlan.Place place : plan.places()) {
                if (place.keeps() != null) {
                    after.add(place.keeps());
                    continue;
                }
                LayerSlot slot = new LayerSlot(place.spec(), place.kind());
                after.add(slot);
                fresh.add(slot);
                slot.set(place.kind(), export.factory().configured(place.kind(), place.spec(), export.config()));
            }
            for (int i = fresh.size() - 1; i >= 0; i--) {
                export.factory().ready(fresh.get(i).layer(), fresh.get(i).spec());
            }
            Map<Layer, Layer> successors = new IdentityHashMap<>();
            for (int i = 0; i < after.size(); i++) {
                LayerSlot old = plan.places().get(i).inheritsFrom();
                if (old != null) {
                    successors.put(after.get(i).layer(), old.layer());
                }
            }
            reshape = new Reshape(export.layers(), after.stream().map(LayerSlot::layer).toList(), successors, options.force());
            try {
                for (OpenConnection c : export.connections()) {
                    export.inside(() -> {
                        if (!c.gate().isClosed()) {
                            reshape.openBeside(c.chain());
                        }
                        return true;
                    });
                }
            } catch (NbdException e) {
                throw new ConfigException(e.getMessage(), e);
            }
        }

        void shutAndDrain() {
            shut = true;
            shutAt = platform.nanoTime();
            export.controlGate().shut();
            List<OpenConnection> connections = export.connections();
            for (OpenConnection c : connections) {
                drained += c.gate().inside();
                c.gate().shut();
            }
            Deadline deadline = Deadline.after(platform, export.config().drain());
            boolean empty = true;
            OpenConnection stuck = null;
            for (OpenConnection c : connections) {
                if (!c.gate().awaitEmpty(deadline)) {
                    empty = false;
                    stuck = c;
                    break;
                }
            }
            if (empty && export.controlGate().awaitEmpty(deadline)) {
                return;
            }
            throw new ConfigException("not drained within " + export.config().drain().toMillis() + " ms: "
                    + (stuck == null ? "a call besides requests does not return"
                            : stuck.gate().inside() + " requests of connection " + stuck.client().connection() + " do not return")
                    + "; the old code goes on");
        }

        void takeOver() {
            try {
                reshape.takeOver(chains());
                plan.compareContents(export, reshape, options);
            } catch (NbdException e) {
                throw new ConfigException(e.getMessage(), e);
            }
        }

        private List<Chain> chains() {
            return export.connections().stream().map(OpenConnection::chain).toList();
        }

        void commit() {
            List<LayerSlot> gone = new ArrayList<>(export.slots());
            gone.removeAll(after);
            reshape.commit(chains());
            export.setSlots(after);
            // Nothing of what is replaced may run when the gate opens, its background tasks included.
            gone.forEach(s -> cancel(s.layer(), "the layer was replaced"));
            reopen();
            reshape.closeOld();
            export.disposeAll(gone);
        }

        private void reopen() {
            if (shut) {
                shut = false;
                export.connections().forEach(c -> c.gate().reopen());
                export.controlGate().reopen();
                export.closeDeparted();
                pause = Duration.ofNanos(platform.nanoTime() - shutAt);
            }
        }

        /** @param preparer whether the thread that prepares calls; it cleans up alone if the change was given up before */
        void undo(boolean preparer) {
            reopen();
            monitor.lock();
            try {
                if (!prepared || givenUp && !preparer) {
                    // The thread that hangs cleans up when it comes back.
                    return;
                }
            } finally {
                monitor.unlock();
            }
            Failures failures = new Failures();
            if (reshape != null) {
                failures.run(reshape::abandon);
            }
            failures.run(() -> export.disposeAll(fresh));
            if (failures.first() != null) {
                LOG.log(System.Logger.Level.WARNING, "export " + export.name() + ": giving up a change: "
                        + Failures.line(failures.first()));
            }
        }
    }
}
