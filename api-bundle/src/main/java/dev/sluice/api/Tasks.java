package dev.sluice.api;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Work of a layer in the background. It runs through the layer's gate: while that is shut, in a swap, nothing starts;
 * what runs is waited for. A layer starts no threads of its own. Safe for use by several threads.
 *
 * <p>A task takes its turn with requests where the {@linkplain LayerContext#threadModel() thread model} lets one call in at a
 * time: in a chain of {@link ThreadModel#SERIALIZE_ALL_REQUESTS} or stricter with all requests of the export, in one of
 * {@link ThreadModel#SERIALIZE_REQUESTS} with those of the connection, if it is a task of an {@link OpenRequest}. So a task
 * may use the device that its connection has behind it as a request may, and should be as short. No request may wait for such
 * a task.
 */
@ProviderType
public interface Tasks {
    /**
     * Runs the work once, soon. What it throws is logged with export and layer.
     *
     * @throws IllegalStateException if the layer has ended or 1000 tasks are waiting already
     */
    Task submit(Callable<?> work);

    /** Runs the work once, after the delay. */
    Task after(Duration delay, Callable<?> work);

    /** Runs the work again and again, {@code period} after its last end; a throw ends it and is logged. */
    Task every(Duration period, Callable<?> work);

    /**
     * The same tasks, but beside requests whatever the thread model: for work that leaves the layers behind alone and is safe
     * for several threads, such as ending what requests wait for.
     */
    Tasks parallel();

    /** Work that was submitted. */
    interface Task {
        /** Not started yet: never starts. Running: goes on, and is not repeated. */
        void cancel();

        /** Whether it has ended or will never start. */
        boolean isDone();
    }
}
