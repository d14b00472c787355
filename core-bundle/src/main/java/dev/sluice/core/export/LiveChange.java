package dev.sluice.core.export;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdException;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl.ChangeOptions;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.core.chain.Chain;
import dev.sluice.core.chain.Layer;
import dev.sluice.core.chain.Reshape;
import dev.sluice.core.gate.CallGate;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Failures;
import dev.sluice.core.util.Platform;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

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
     * @param planning makes the plan from the layers that are there when no other change is under way
     * @return what was done, or would be
     * @throws ConfigException refused, with the reason; nothing has changed
     */
    SwapRecord run(Supplier<ChangePlan> planning, ChangeOptions options) {
        SwapRecord[] done = new SwapRecord[1];
        ConfigException[] refused = new ConfigException[1];
        boolean ran = export.exclusively(() -> {
            try {
                checkActive();
                done[0] = change(planning.get(), options);
            } catch (ConfigException e) {
                refused[0] = e;
            }
        });
        if (!ran) {
            throw new ConfigException("export " + export.name() + " is busy with another change");
        }
        if (refused[0] != null) {
            throw refused[0];
        }
        return done[0];
    }

    /** Before anything is planned: the places of an export that is held may be empty. */
    private void checkActive() {
        ExportState now = export.state();
        if (now != ExportState.ACTIVE) {
            throw new ConfigException("export " + export.name() + " is " + now.name().toLowerCase(java.util.Locale.ROOT)
                    + ", it can only be changed while it is active");
        }
    }

    private SwapRecord change(ChangePlan plan, ChangeOptions options) {
        Attempt attempt = new Attempt(plan, options);
        try {
            plan.checkConsent(options);
            if (options.dryRun()) {
                return new SwapRecord(Instant.now(), export.name(), plan.what(), "would be done", 0, Duration.ZERO,
                        export.connections().size(), List.of());
            }
            attempt.run();
            return record(attempt, "ok");
        } catch (ConfigException e) {
            if (!options.dryRun()) {
                record(attempt, "refused: " + e.getMessage());
            }
            throw e;
        }
    }

    private SwapRecord record(Attempt attempt, String result) {
        SwapRecord swap = new SwapRecord(Instant.now(), export.name(), attempt.plan.what(), result, attempt.drained, attempt.pause,
                export.connections().size(), List.copyOf(attempt.stranded));
        log.add(swap);
        LOG.log(System.Logger.Level.INFO, "export " + export.name() + ": " + swap.what() + ": " + result + " (pause "
                + swap.pause().toNanos() / 1000 + " us, " + swap.connections() + " connections)");
        return swap;
    }

    /** One change on its way. What calls layers runs on a thread of its own, because new code may hang. */
    private final class Attempt {
        private static final String PREPARE = "configure and open";
        private static final String DRAIN = "drain";
        private static final String TAKE_OVER = "take over";
        private static final String LEAVE = "leave";
        private static final String COMPARE = "compare";
        private static final String COMMIT = "commit";
        private static final String GIVE_BACK = "give back";
        private static final String RESTORE = "restore";
        private static final String CLEAN_UP = "close what was not used";
        private static final String CLOSE_OLD = "close what was replaced";

        private final ChangePlan plan;
        private final ChangeOptions options;
        private final Duration drain = export.config().drain();
        private final List<LayerSlot> after = new ArrayList<>();
        private final List<LayerSlot> fresh = new CopyOnWriteArrayList<>();
        private final List<String> stranded = new CopyOnWriteArrayList<>();
        private final Watched watched = new Watched(platform, "export " + export.name() + ": a change");
        /** A strict layer that stays must not see the self-test beside a request. */
        private final boolean testsBeside = export.threadModel() == ThreadModel.PARALLEL;
        private volatile CallGate.Pass inside;
        private volatile Reshape reshape;
        private volatile ConfigException refusal;
        private volatile boolean shut;
        private volatile long shutAt;
        private volatile long drained;
        private volatile Duration pause = Duration.ZERO;

        Attempt(ChangePlan plan, ChangeOptions options) {
            this.plan = plan;
            this.options = options;
        }

        /**
         * Done when it returns.
         *
         * @throws ConfigException refused; the old layers go on
         */
        void run() {
            try {
                watched.start("sluice-change-" + export.name(), PREPARE, drain, me -> work());
            } catch (OutOfMemoryError e) {
                throw new ConfigException("there is no thread for the change: " + Failures.line(e), e);
            }
            if (!watched.await()) {
                giveUp();
            } else if (watched.failure() != null && refusal == null) {
                throw new ConfigException(Failures.line(watched.failure()), watched.failure());
            }
            if (refusal != null) {
                throw refusal;
            }
        }

        /** On the change's own thread. */
        private void work() {
            try {
                prepare();
                watched.phase(DRAIN, drain.multipliedBy(2).plusSeconds(10));
                shutAndDrain();
                takeOver();
                watched.patientPhase(COMMIT, drain);
            } catch (Watched.GivenUpException e) {
                cleanUp();
                return;
            } catch (Throwable t) {
                if (watched.isGivenUp()) {
                    cleanUp();
                    return;
                }
                refusal = t instanceof ConfigException known ? known : new ConfigException(Failures.line(t), t);
                goBack();
                return;
            }
            commit();
        }

        private void goBack() {
            try {
                if (reshape != null) {
                    watched.phase(GIVE_BACK, drain);
                    reshape.giveBack();
                    watched.phase(RESTORE, drain);
                    reshape.restore();
                }
                reopen();
                watched.phase(CLEAN_UP, drain);
            } catch (Watched.GivenUpException e) {
                // Who waited has reopened the gates.
            }
            cleanUp();
        }

        /** On the operator's thread: the other one sits in a call that does not return. */
        private void giveUp() {
            String phase = watched.phase();
            String where = watched.where();
            String ms = drain.toMillis() + " ms";
            stranded.add(phase + ": " + where);
            LOG.log(System.Logger.Level.ERROR, "export " + export.name() + ": stranded in a change, " + phase + ": " + where);
            if (phase.equals(CLOSE_OLD) || phase.equals(CLEAN_UP)) {
                // All is done but for the end of what is not used any more.
                return;
            }
            if (inside != null) {
                inside.strand();
            }
            if (reshape != null) {
                reshape.strand();
            }
            fresh.forEach(s -> cancel(s.layer(), "the change was given up"));
            if (phase.equals(PREPARE)) {
                refusal = new ConfigException("the new layer was not configured and open within " + ms + "; the old one goes on");
                return;
            }
            if (refusal == null) {
                refusal = new ConfigException("the new layer did not take over within " + ms + " while clients waited (" + phase
                        + "); the old one goes on");
            }
            boolean back = reshape == null || !phase.equals(RESTORE) && Watched.run(platform, "sluice-restore-" + export.name(),
                    "export " + export.name() + ": giving the old layers their state again", drain, reshape::restore);
            if (!back) {
                String why = "a layer did not take its state back within " + ms;
                export.stop().endConnections(why, drain);
                export.become(ExportState.FAILED, why);
            }
            reopen();
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
                watched.check();
            }
            for (int i = fresh.size() - 1; i >= 0; i--) {
                export.factory().ready(fresh.get(i).layer(), fresh.get(i).spec());
                watched.check();
            }
            Map<Layer, Layer> successors = new LinkedHashMap<>();
            for (int i = 0; i < after.size(); i++) {
                LayerSlot old = plan.places().get(i).inheritsFrom();
                if (old != null) {
                    successors.put(after.get(i).layer(), old.layer());
                }
            }
            reshape = new Reshape(export.layers(), after.stream().map(LayerSlot::layer).toList(), successors, options.force());
            try {
                for (OpenConnection c : export.connections()) {
                    export.inside(pass -> {
                        inside = pass;
                        watched.check();
                        if (!c.gate().isClosed()) {
                            reshape.openBeside(c.chain());
                            if (testsBeside) {
                                reshape.selfTest(c.chain());
                            }
                        }
                        return true;
                    });
                    watched.check();
                }
            } catch (NbdException e) {
                throw new ConfigException(e.getMessage(), e);
            }
        }

        private void shutAndDrain() {
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

        private void takeOver() throws NbdException {
            watched.phase(TAKE_OVER, drain);
            if (!testsBeside) {
                for (Chain chain : chains()) {
                    reshape.selfTest(chain);
                }
            }
            reshape.takeOver(chains());
            if (reshape.someLeave()) {
                watched.patientPhase(LEAVE, drain);
                reshape.leave(chains());
            }
            if (plan.comparesContents(options)) {
                // The comparison has a limit of its own, which counts what it has done; this one is for a read that hangs.
                watched.phase(COMPARE, drain.multipliedBy(2));
                reshape.compareContents(drain);
            }
        }

        private List<Chain> chains() {
            return export.connections().stream().map(OpenConnection::chain).toList();
        }

        private void commit() {
            List<LayerSlot> gone = new ArrayList<>(export.slots());
            gone.removeAll(after);
            reshape.commit(chains());
            export.setSlots(after);
            // Nothing of what is replaced may run when the gate opens, its background tasks included.
            gone.forEach(s -> cancel(s.layer(), "the layer was replaced"));
            reopen();
            watched.phase(CLOSE_OLD, drain);
            reshape.closeOld();
            export.disposeAll(gone);
        }

        private void reopen() {
            if (shut) {
                shut = false;
                export.connections().forEach(c -> c.gate().reopen());
                export.controlGate().reopen();
                export.clients().closeDeparted();
                pause = Duration.ofNanos(platform.nanoTime() - shutAt);
            }
        }

        /** Closes what was made for nothing; of what was given up as soon as its call returns. */
        private void cleanUp() {
            Failures failures = new Failures();
            Reshape mine = reshape;
            if (mine != null) {
                failures.run(mine::abandon);
            }
            failures.run(() -> export.disposeAll(fresh));
            if (failures.first() != null) {
                LOG.log(System.Logger.Level.WARNING, "export " + export.name() + ": giving up a change: "
                        + Failures.line(failures.first()));
            }
        }
    }
}
