package dev.sluice.core.chain;

import dev.sluice.api.Buffers;
import dev.sluice.api.Cancellation;
import dev.sluice.api.LayerContext;
import dev.sluice.api.SharedFiles;
import dev.sluice.api.Tasks;
import dev.sluice.api.ThreadModel;
import dev.sluice.core.buffer.LayerBuffers;
import dev.sluice.core.gate.CallGate;
import dev.sluice.core.util.Monitor;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** What one layer is offered for as long as it lives. */
public class LayerScope implements LayerContext {
    private final String export;
    private final Services services;
    private final CallGate gate;
    private final Turns turns;
    private final CoreCancellation cancellation;
    private final LayerTasks tasks;

    /**
     * For one layer.
     *
     * @param export its configured name
     * @param services shared ones
     * @param gate that tasks go through
     * @param turns that tasks wait for
     */
    public LayerScope(String export, Services services, CallGate gate, Turns turns) {
        this(export, services, gate, turns, null, null);
    }

    /**
     * For one device of a layer.
     *
     * @param parent the scope that this one ends with
     * @param connection the lock for requests of its connection
     */
    LayerScope(LayerScope parent, Monitor connection) {
        this(parent.export, parent.services, parent.gate, parent.turns, parent.cancellation, connection);
    }

    private LayerScope(String export, Services services, CallGate gate, Turns turns, CoreCancellation parent, Monitor connection) {
        this.export = export;
        this.services = services;
        this.gate = gate;
        this.turns = turns;
        this.cancellation = new CoreCancellation(services.platform(), parent);
        this.tasks = new LayerTasks(export, services, gate, cancellation, () -> turns.lock(connection));
    }

    /** Tells everything in this scope to stop; no new task starts. */
    public void cancel(String why) {
        cancellation.cancel(why);
        tasks.close();
    }

    /** Lets go of the parent scope. */
    void detach() {
        tasks.close();
        cancellation.detach();
    }

    Services services() {
        return services;
    }

    @Override
    public String export() {
        return export;
    }

    @Override
    public Buffers buffers() {
        return new LayerBuffers(services.buffers());
    }

    @Override
    public SharedFiles files() {
        return services.files();
    }

    @Override
    public Tasks tasks() {
        return tasks;
    }

    @Override
    public Cancellation cancellation() {
        return cancellation;
    }

    @Override
    public ThreadModel threadModel() {
        return turns.model();
    }

    @Override
    public LongSupplier clock() {
        return services.platform()::nanoTime;
    }

    @Override
    public Path temporaryDirectory() {
        return services.temporaryDirectory();
    }

    @Override
    public void shutdown() {
        services.shutdown().run();
    }
}
