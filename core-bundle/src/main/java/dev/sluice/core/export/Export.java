package dev.sluice.core.export;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.core.chain.Chain;
import dev.sluice.core.chain.Layer;
import dev.sluice.core.chain.LayerCalls;
import dev.sluice.core.chain.Services;
import dev.sluice.core.chain.Turns;
import dev.sluice.core.gate.CallGate;
import dev.sluice.core.gate.Gate;
import dev.sluice.core.metrics.ExportCounters;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Failures;
import dev.sluice.core.util.Monitor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.UnaryOperator;

/**
 * One export: its layers, its state, the connections that use it. How it begins stands in {@link ExportStart}, how code under
 * it is replaced in {@link InPlaceSwap} and {@link LiveChange}, how it ends in {@link ExportStop}.
 *
 * <p>Locks, in this order: {@code operations} (start, stop and swaps, one at a time; may be held for as long as a drain),
 * then the gates, then {@code monitor} (the fields; held for a few instructions).
 */
public final class Export {
    /** How long a client waits for a held export before it is told that the export is going away. */
    static final Duration OPEN_WAIT = Duration.ofSeconds(5);
    /** How long an operation waits for the one before. */
    static final Duration OPERATION_WAIT = Duration.ofSeconds(60);
    /** How often who waits looks for a start that is to be given up. */
    private static final Duration START_LOOK = Duration.ofSeconds(1);

    private static final System.Logger LOG = System.getLogger("dev.sluice.export");

    private final ExportConfig config;
    private final Services services;
    private final Kinds kinds;
    private final LayerFactory factory;
    private final CallGate controlGate;
    private final Monitor operations;
    private final Monitor monitor;
    private final Turns turns;
    private final ExportStart start;
    private final ExportStop stop;
    private final InPlaceSwap swap;
    private final LiveChange change;
    private final SwapLog swaps;
    private final ExportCounters counters = new ExportCounters();

    // guarded by monitor
    private ExportState state = ExportState.STARTING;
    private String why = "";
    private List<LayerSlot> slots = List.of();
    private final Set<OpenConnection> connections = new LinkedHashSet<>();
    private final List<OpenConnection> departed = new ArrayList<>();
    /** For as long as they are connected to the server. */
    private final Set<ClientInfo> admitted = Collections.newSetFromMap(new WeakHashMap<>());
    private volatile String lastRefusal = "";

    Export(ExportConfig config, Services services, Kinds kinds, SwapLog swaps) {
        this.config = config;
        this.services = services;
        this.kinds = kinds;
        this.controlGate = new CallGate(services.platform(), "other calls of export " + config.name());
        this.turns = new Turns(services.platform(), config.name());
        this.factory = new LayerFactory(config.name(), services, controlGate, turns);
        this.operations = services.platform().monitor("operations of export " + config.name());
        this.monitor = services.platform().monitor("export " + config.name());
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
        if (!operations.tryLock(Deadline.after(services.platform(), OPERATION_WAIT))) {
            return busy();
        }
        return locked(operation);
    }

    /**
     * As {@link #exclusively}, for what ends the export, or a kind: a start that is under way does not hold it up for longer
     * than the drain time.
     *
     * @param kind that must be part of that start; null for any
     */
    boolean exclusivelyAtTheEnd(Kind kind, Runnable operation) {
        Deadline deadline = Deadline.after(services.platform(), OPERATION_WAIT.plus(config.drain()));
        do {
            start.giveUp(kind);
            if (operations.tryLock(Deadline.after(services.platform(), START_LOOK))) {
                return locked(operation);
            }
        } while (!deadline.isOver());
        return busy();
    }

    private boolean busy() {
        LOG.log(System.Logger.Level.ERROR, "export " + name() + ": another operation has not ended for " + OPERATION_WAIT.toSeconds()
                + " s; this one is not done");
        return false;
    }

    private boolean locked(Runnable operation) {
        try {
            operation.run();
            return true;
        } finally {
            operations.unlock();
        }
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
        recomputeThreadModel();
    }

    void recomputeThreadModel() {
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
        monitor.lock();
        try {
            return List.copyOf(connections);
        } finally {
            monitor.unlock();
        }
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

    /** The exports that its layers show. */
    List<ExportInfo> list(ClientInfo client) throws NbdException {
        return inside(pass -> {
            admit(client);
            return LayerCalls.exports(layers(), client);
        });
    }

    /** What its layers put in place of the empty name. */
    String defaultExport(ClientInfo client) throws NbdException {
        return inside(pass -> {
            admit(client);
            return LayerCalls.defaultExport(layers(), client);
        });
    }

    /** Asks its layers whether this client may come. */
    void preconnect(ClientInfo client) throws NbdException {
        inside(pass -> {
            admit(client);
            return true;
        });
    }

    /** They are asked once for each client: before it is greeted, or before the first that it wants of this export. */
    private void admit(ClientInfo client) throws NbdException {
        monitor.lock();
        try {
            if (admitted.contains(client)) {
                return;
            }
        } finally {
            monitor.unlock();
        }
        LayerCalls.preconnect(layers(), client);
        monitor.lock();
        try {
            admitted.add(client);
        } finally {
            monitor.unlock();
        }
    }

    /** Opens its chain for a client. */
    OpenConnection open(String exportName, ClientInfo client, ExportDirectory.SessionControl session) throws NbdException {
        config.tls().check(exportName, client);
        return inside(pass -> {
            admit(client);
            List<Layer> used = layers();
            Chain chain = openChain(used, exportName, client, pass);
            DeviceInfo info = threadModel() == ThreadModel.SERIALIZE_CONNECTIONS ? chain.promised().with().multiConn(false).build()
                    : chain.promised();
            OpenConnection connection = new OpenConnection(this, exportName, client, chain,
                    new Gate(services.platform(), "connection " + client.connection()), info, session);
            monitor.lock();
            try {
                if (state == ExportState.ACTIVE && used.equals(layers()) && !pass.isStranded()) {
                    if (controlGate.isShut()) {
                        // A change waits for this call; it may have shut the gates of the other connections already.
                        connection.gate().shut();
                    }
                    connections.add(connection);
                    return connection;
                }
            } finally {
                monitor.unlock();
            }
            // A change has begun meanwhile: it does not know this chain.
            chain.close();
            return null;
        });
    }

    private Chain openChain(List<Layer> layers, String exportName, ClientInfo client, CallGate.Pass pass) throws NbdException {
        try {
            return Chain.open(layers, client, exportName, config.readOnly() || client.readOnly() || !config.tls().mayWrite(client),
                    c -> pass.onStrand(c::strand));
        } catch (NbdException e) {
            String text = e.getMessage();
            if (!text.equals(lastRefusal)) {
                lastRefusal = text;
                services.complaints().warn(LOG, "export " + name(), "export " + name() + ": it can't be opened for " + client.peer() + ": "
                        + Failures.oneLine(text) + " (the same reason is logged once)");
            }
            throw e;
        }
    }

    /**
     * A connection is done: its requests end, then its devices are closed. While a change is under way its operations own
     * the chain; then the rest is done when the gate is reopened, see {@link #closeDeparted}.
     */
    void closed(OpenConnection connection) {
        connection.gate().close();
        if (!connections().contains(connection)) {
            return;
        }
        if (!connection.gate().awaitEmpty(Deadline.after(services.platform(), config.drain()))) {
            stop.strand(connection, "the client has gone");
            return;
        }
        CallGate.Pass pass = controlGate.tryEnter();
        while (pass == null) {
            monitor.lock();
            try {
                if (controlGate.isClosed() || !connections.contains(connection)) {
                    return;
                }
                if (controlGate.isShut()) {
                    departed.add(connection);
                    return;
                }
            } finally {
                monitor.unlock();
            }
            pass = controlGate.tryEnter();
        }
        try {
            if (take(connection)) {
                connection.chain().close();
            }
        } finally {
            pass.exit();
        }
    }

    private boolean take(OpenConnection connection) {
        monitor.lock();
        try {
            monitor.signalAll();
            return connections.remove(connection);
        } finally {
            monitor.unlock();
        }
    }

    /** The gate of other calls is open again: closes the chains of clients that have left meanwhile. */
    void closeDeparted() {
        List<OpenConnection> left;
        monitor.lock();
        try {
            left = List.copyOf(departed);
            departed.clear();
        } finally {
            monitor.unlock();
        }
        if (!left.isEmpty()) {
            services.platform().start("sluice-close-" + name(), () -> left.forEach(this::closed));
        }
    }

    /** Takes a connection out whose calls do not return. */
    void forget(OpenConnection connection) {
        monitor.lock();
        try {
            connections.remove(connection);
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Takes all connections out; the caller closes them. */
    List<OpenConnection> takeConnections() {
        monitor.lock();
        try {
            List<OpenConnection> taken = List.copyOf(connections);
            connections.clear();
            monitor.signalAll();
            return taken;
        } finally {
            monitor.unlock();
        }
    }
}
