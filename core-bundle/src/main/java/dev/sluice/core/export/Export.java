package dev.sluice.core.export;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.core.chain.Layer;
import dev.sluice.core.chain.LayerCalls;
import dev.sluice.core.chain.Services;
import dev.sluice.core.chain.Turns;
import dev.sluice.core.gate.CallGate;
import dev.sluice.core.metrics.ExportCounters;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One export: its layers, its state, and what may run when. Who uses it stands in {@link ExportClients}, how it begins in
 * {@link ExportStart}, how code under it is replaced in {@link InPlaceSwap} and {@link LiveChange}, how it ends in
 * {@link ExportStop}.
 *
 * <p>Locks, in this order: {@code operations} (start, stop and swaps, one at a time; may be held for as long as a drain),
 * then the gates, then {@code monitor} (the fields; held for a few instructions).
 */
public final class Export {
    /** How long a client waits for a held export before it is told that the export is going away. */
    static final Duration OPEN_WAIT = Duration.ofSeconds(5);

    private static final System.Logger LOG = System.getLogger("dev.sluice.export");

    private final ExportConfig config;
    private final Services services;
    private final Kinds kinds;
    private final LayerFactory factory;
    private final CallGate controlGate;
    private final ExportOperations operations;
    private final ExportClients clients;
    private final Monitor monitor;
    private final Turns turns;
    private final ExportStart start;
    private final ExportStop stop;
    private final InPlaceSwap swap;
    private final LiveChange change;
    private final SwapLog swaps;
    private final ExportCounters counters = new ExportCounters();
    private final Trials trials;

    // guarded by monitor
    private ExportState state = ExportState.STARTING;
    private String why = "";
    private List<LayerSlot> slots = List.of();

    Export(ExportConfig config, Services services, Kinds kinds, SwapLog swaps) {
        this.config = config;
        this.services = services;
        this.kinds = kinds;
        this.controlGate = new CallGate(services.platform(), "other calls of export " + config.name());
        this.turns = new Turns(services.platform(), config.name());
        this.trials = new Trials(services.platform(), config.name());
        this.factory = new LayerFactory(config.name(), services, controlGate, turns);
        this.monitor = services.platform().monitor("export " + config.name());
        this.operations = new ExportOperations(this);
        this.clients = new ExportClients(this, monitor);
        this.swaps = swaps;
        this.start = new ExportStart(this);
        this.stop = new ExportStop(this);
        this.swap = new InPlaceSwap(this, swaps);
        this.change = new LiveChange(this, swaps);
    }

    /** What it is configured as. */
    public ExportConfig config() {
        return config;
    }

    /** Its configured name. */
    public String name() {
        return config.name();
    }

    /** What its connections do and did. */
    public ExportCounters counters() {
        return counters;
    }

    /** The strictest of all layers. */
    public ThreadModel threadModel() {
        return turns.model();
    }

    Trials trials() {
        return trials;
    }

    Turns turns() {
        return turns;
    }

    Services services() {
        return services;
    }

    Kinds kinds() {
        return kinds;
    }

    LayerFactory factory() {
        return factory;
    }

    CallGate controlGate() {
        return controlGate;
    }

    ExportClients clients() {
        return clients;
    }

    InPlaceSwap swap() {
        return swap;
    }

    /** The layers as they are configured now, with the changes that were made while it runs. */
    public List<ExportConfig.LayerSpec> specs() {
        List<LayerSlot> now = slots();
        return now.isEmpty() ? config.layers() : now.stream().map(LayerSlot::spec).toList();
    }

    /**
     * Brings the running export to these layers.
     *
     * @throws ConfigException refused; nothing has changed
     */
    public SwapRecord reshape(List<ExportConfig.LayerSpec> specs, SluiceControl.ChangeOptions options) {
        return edit(now -> specs, options);
    }

    /**
     * Edits the layers that are there when no other change is under way.
     *
     * @param edit from the layers to those that shall be; what it does not touch must be the same object
     * @throws ConfigException refused; nothing has changed
     */
    public SwapRecord edit(UnaryOperator<List<ExportConfig.LayerSpec>> edit, SluiceControl.ChangeOptions options) {
        return change.run(() -> ChangePlan.towards(slots(), edit.apply(specs()), kinds), options);
    }

    /**
     * Moves the layers of one kind to another service of it.
     *
     * @throws ConfigException refused; nothing has changed
     */
    public SwapRecord upgrade(Kind old, Kind successor, SluiceControl.ChangeOptions options) {
        return change.run(() -> ChangePlan.upgrade(slots(), old, successor), options);
    }

    /**
     * Fills the places of a held export for whose layers a kind has come. Does nothing where that has happened already.
     *
     * @return the record of the swap that it ended
     * @throws ConfigException the kind could not take over; the export is still held
     */
    public SwapRecord putBack() {
        exclusively(() -> {
            if (state() == ExportState.HELD) {
                swap.putBack();
            }
        });
        if (state() == ExportState.HELD || state() == ExportState.WAITING) {
            throw new ConfigException("export " + name() + ": " + why());
        }
        return swaps.latest(name()).orElseThrow(() -> new ConfigException("export " + name() + " was deleted meanwhile"));
    }

    /** How it ends. */
    public ExportStop stop() {
        return stop;
    }

    /** Makes the layers; afterwards the export is active, waiting, failed or disabled. */
    void start() {
        exclusively(start::run);
    }

    /** Runs one operation while no other runs; false if that was not possible in time. */
    boolean exclusively(Runnable operation) {
        return operations.exclusively(operation);
    }

    /**
     * As {@link #exclusively}, for what ends the export, or a kind: a start that is under way does not hold it up for longer
     * than the drain time.
     *
     * @param kind that must be part of that start; null for any
     */
    boolean exclusivelyAtTheEnd(Kind kind, Runnable operation) {
        return operations.exclusivelyAtTheEnd(start, kind, operation);
    }

    void disposeAll(List<LayerSlot> from) {
        for (LayerSlot slot : from) {
            Layer layer = slot.layer();
            if (layer != null) {
                Kind kind = slot.kind();
                slot.set(null, null);
                factory.dispose(kind, layer);
            }
        }
    }

    void setSlots(List<LayerSlot> made) {
        monitor.lock();
        try {
            slots = List.copyOf(made);
        } finally {
            monitor.unlock();
        }
        layersChanged();
    }

    /** What was found out about the old layers says nothing about the new ones. */
    void layersChanged() {
        trials.reset();
        List<Layer> layers = layers();
        if (!layers.isEmpty()) {
            turns.setModel(LayerCalls.threadModel(layers));
        }
    }

    void become(ExportState next, String reason) {
        monitor.lock();
        try {
            state = next;
            why = reason;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
        services.observers().changed();
        if (next == ExportState.FAILED) {
            LOG.log(System.Logger.Level.ERROR, "export " + name() + ": " + reason);
        } else {
            LOG.log(System.Logger.Level.DEBUG, "export " + name() + ": " + next + (reason.isEmpty() ? "" : ": " + reason));
        }
    }

    /** Its state now. */
    public ExportState state() {
        monitor.lock();
        try {
            return state;
        } finally {
            monitor.unlock();
        }
    }

    /** One line for a state that needs a reason; otherwise empty. */
    public String why() {
        monitor.lock();
        try {
            return why;
        } finally {
            monitor.unlock();
        }
    }

    /** Its layers, nearest the client first; a slot is empty while its kind is gone. */
    public List<LayerSlot> slots() {
        monitor.lock();
        try {
            return slots;
        } finally {
            monitor.unlock();
        }
    }

    /**
     * The line of one of its layers for people. Secrets are not shown; of a kind that is not there nobody knows which
     * parameters are secret, so none of their values is.
     */
    public String line(ExportConfig.LayerSpec spec) {
        return slots().stream().filter(s -> s.spec() == spec && !s.line().isEmpty()).findFirst().map(LayerSlot::line)
                .or(() -> kinds.find(spec.filter(), spec.kind()).map(k -> LayerFactory.display(k.declared(), spec)))
                .orElseGet(() -> LayerFactory.display(spec));
    }

    /** The layers that are there now. */
    public List<Layer> layers() {
        return slots().stream().map(LayerSlot::layer).filter(l -> l != null).toList();
    }

    /** The connections that use it now. */
    public List<OpenConnection> connections() {
        return clients.all();
    }

    /** Waits until the state is a lasting one. */
    void awaitSettled(Deadline deadline) {
        monitor.lock();
        try {
            while (state == ExportState.STARTING) {
                if (!monitor.await(deadline) && deadline.isOver()) {
                    return;
                }
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Waits while the state is held; true if it is active then. */
    private boolean awaitActive(Deadline deadline) {
        monitor.lock();
        try {
            while (state == ExportState.HELD || state == ExportState.STARTING) {
                if (!monitor.await(deadline) && deadline.isOver()) {
                    return false;
                }
            }
            return state == ExportState.ACTIVE;
        } finally {
            monitor.unlock();
        }
    }

    /** A call into the layers besides requests: inside the gate for them. */
    @FunctionalInterface
    interface Call<T> {
        T run(CallGate.Pass pass) throws NbdException;
    }

    /**
     * Runs a call inside the gate of other calls; waits while it is shut. A call that answers null is run again when the
     * export is active again.
     *
     * @throws NbdException ESHUTDOWN if the export does not come back in time, or what the call throws
     */
    <T> T inside(Call<T> call) throws NbdException {
        Deadline deadline = Deadline.after(services.platform(), OPEN_WAIT);
        while (awaitActive(deadline)) {
            CallGate.Pass pass = controlGate.enter(deadline);
            if (pass == null) {
                break;
            }
            try {
                // What was so before the gate was entered need not be so any more.
                if (state() == ExportState.ACTIVE) {
                    T result = call.run(pass);
                    if (result != null) {
                        return result;
                    }
                }
                if (pass.isStranded()) {
                    throw new NbdException(NbdError.ESHUTDOWN, "export '" + name() + "': the call took too long and was given up");
                }
            } finally {
                pass.exit();
            }
        }
        throw unavailable();
    }

    private NbdException unavailable() {
        monitor.lock();
        try {
            String reason = why.isEmpty() ? "" : ": " + why;
            return switch (state) {
                case WAITING, FAILED, DISABLED, STARTING -> new NbdException(NbdError.EINVAL,
                        "export '" + name() + "' is not available" + reason);
                default -> new NbdException(NbdError.ESHUTDOWN, "export '" + name() + "' is going away or changing" + reason);
            };
        } finally {
            monitor.unlock();
        }
    }
}
