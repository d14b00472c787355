package dev.sluice.core.chain;

import dev.sluice.api.Buffers;
import dev.sluice.api.Cancellation;
import dev.sluice.api.LayerContext;
import dev.sluice.api.SharedFiles;
import dev.sluice.api.Tasks;
import dev.sluice.core.buffer.LayerBuffers;
import dev.sluice.core.gate.CallGate;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** What one layer is offered for as long as it lives. */
public class LayerScope implements LayerContext {
    private final String export;
    private final Services services;
    private final CallGate gate;
    private final CoreCancellation cancellation;
    private final LayerTasks tasks;

    /**
     * For one layer, or for one device of it.
     *
     * @param export its configured name
     * @param services shared ones
     * @param gate that tasks go through
     * @param parent the scope that this one ends with, or null
     */
    public LayerScope(String export, Services services, CallGate gate, LayerScope parent) {
        this.export = export;
        this.services = services;
        this.gate = gate;
        this.cancellation = new CoreCancellation(services.platform(), parent == null ? null : parent.cancellation);
        this.tasks = new LayerTasks(export, services, gate, cancellation);
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

    CallGate gate() {
        return gate;
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
