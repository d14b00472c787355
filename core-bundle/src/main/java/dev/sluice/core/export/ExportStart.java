package dev.sluice.core.export;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How an export begins: its layers are configured and made ready, on a thread of its own because that may hang. Afterwards it is
 * active, waiting, failed or disabled.
 */
final class ExportStart {
    /** How often the log says that layers are still starting. */
    private static final Duration START_REPORT = Duration.ofSeconds(60);
    private static final String WHAT = "configure and ready";

    private static final System.Logger LOG = System.getLogger("dev.sluice.export");

    private final Export export;
    private volatile Watched starting;
    private volatile List<Kind> startingKinds = List.of();

    ExportStart(Export export) {
        this.export = export;
    }

    /** The operations lock is held. */
    void run() {
        ExportState now = export.state();
        if (now != ExportState.STARTING && now != ExportState.WAITING && now != ExportState.FAILED) {
            return;
        }
        if (!export.config().enabled()) {
            export.become(ExportState.DISABLED, "");
            return;
        }
        List<LayerSlot> made = new ArrayList<>();
        List<Kind> used = new ArrayList<>();
        for (ExportConfig.LayerSpec spec : export.config().layers()) {
            Optional<Kind> kind = export.kinds().find(spec.filter(), spec.kind());
            if (kind.isEmpty()) {
                export.become(ExportState.WAITING, spec.missing());
                return;
            }
            made.add(new LayerSlot(spec, kind.get()));
            used.add(kind.get());
        }
        Throwable failure = make(made, used);
        if (failure != null) {
            Optional<Kind> left = used.stream()
                    .filter(k -> export.kinds().find(k.filter(), k.name()).filter(k::equals).isEmpty()).findFirst();
            if (left.isPresent()) {
                // It went while its layer was made: that is no fault of the configuration.
                String which = (left.get().filter() ? "filter '" : "plugin '") + left.get().name() + "'";
                export.become(ExportState.WAITING, which + " has left, waiting for it to come back");
                if (export.kinds().find(left.get().filter(), left.get().name()).isPresent()) {
                    run();
                }
                return;
            }
            export.become(ExportState.FAILED, Failures.line(failure));
            return;
        }
        export.setSlots(made);
        export.become(ExportState.ACTIVE, "");
    }

    /**
     * Configures layers and makes them ready. That may take long, and may hang: who ends the export or a kind of it gives it
     * up, see {@link #giveUp}.
     *
     * @return why not; nothing is left then
     */
    private Throwable make(List<LayerSlot> made, List<Kind> used) {
        Watched watched = new Watched(export.services().platform(), "export " + export.name() + ": its start");
        startingKinds = used;
        starting = watched;
        try {
            watched.start("sluice-start-" + export.name(), WHAT, START_REPORT, me -> {
                try {
                    me.patientPhase(WHAT, START_REPORT);
                    for (LayerSlot slot : made) {
                        slot.set(slot.kind(), export.factory().configured(slot.kind(), slot.spec(), export.config()));
                        me.check();
                    }
                    for (int i = made.size() - 1; i >= 0; i--) {
                        export.factory().ready(made.get(i).layer(), made.get(i).spec());
                        me.check();
                    }
                    me.commit();
                } catch (RuntimeException | Error e) {
                    boolean late = me.isGivenUp();
                    if (!late) {
                        endTasks();
                    }
                    export.disposeAll(made);
                    if (!late) {
                        export.controlGate().reopen();
                    }
                    throw e;
                }
            });
        } catch (OutOfMemoryError e) {
            startHasEnded();
            return e;
        }
        try {
            return watched.await() ? watched.failure()
                    : new ConfigException("its layers were not ready when the export or the code of one was to end");
        } finally {
            startHasEnded();
        }
    }

    private void startHasEnded() {
        starting = null;
        // a kind keeps the code of its bundle, which may be replaced and is to be collected then
        startingKinds = List.of();
    }

    /** A start that is under way ends within the drain time, or is given up: its layers are closed when their code returns. */
    void giveUp(Kind of) {
        Watched watched = starting;
        if (watched != null && (of == null || startingKinds.contains(of))
                && watched.giveUp(Deadline.after(export.services().platform(), export.config().drain()))) {
            LOG.log(System.Logger.Level.ERROR, "export " + export.name() + ": stranded in its start: " + watched.where());
        }
    }

    /** Layers that were made ready may have work in the background, which must not run while they are closed. */
    private void endTasks() {
        export.controlGate().shut();
        if (!export.controlGate().awaitEmpty(Deadline.after(export.services().platform(), export.config().drain()))) {
            export.stop().strandOtherCalls("a layer that is not used is closed");
        }
    }
}
