package dev.sluice.observability;

import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.ExportMetrics;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.LayerMetrics;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.api.runtime.RuntimeMetrics;
import dev.sluice.api.runtime.SluiceRuntime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The state of the server as it was some milliseconds ago: a console that reads a hundred attributes makes the core copy
 * its state once. Safe for use by several threads.
 */
final class Snapshot {
    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final SluiceRuntime runtime;
    // guarded by this
    private State state;

    /** What there is at one time. */
    record State(long when, List<ExportStatus> exports, List<ListenerStatus> listeners, List<ConnectionStatus> connections,
            RuntimeMetrics metrics) {
    }

    Snapshot(SluiceRuntime runtime) {
        this.runtime = runtime;
    }

    synchronized State get() {
        long now = System.nanoTime();
        if (state == null || now - state.when > FRESH_NANOS) {
            state = new State(now, runtime.exports(), runtime.listeners(), runtime.connections(), runtime.metrics());
        }
        return state;
    }

    String version() {
        return runtime.version();
    }

    Optional<ExportStatus> export(String name) {
        return get().exports().stream().filter(e -> e.name().equals(name)).findFirst();
    }

    Optional<ExportMetrics> metrics(String export) {
        return get().metrics().exports().stream().filter(e -> e.export().equals(export)).findFirst();
    }

    Optional<LayerMetrics> layer(String export, int position) {
        return metrics(export).flatMap(e -> e.layers().stream().filter(l -> l.position() == position).findFirst());
    }

    Optional<ConnectionStatus> connection(long id) {
        return get().connections().stream().filter(c -> c.id() == id).findFirst();
    }

    List<OperationMetrics> operations(long connection) {
        return runtime.connectionMetrics(connection);
    }

    Optional<ListenerStatus> listener(String name) {
        return get().listeners().stream().filter(l -> l.name().equals(name)).findFirst();
    }
}
