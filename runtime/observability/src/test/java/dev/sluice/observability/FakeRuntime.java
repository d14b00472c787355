package dev.sluice.observability;

import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.ExportMetrics;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.KindStatus;
import dev.sluice.api.runtime.Latency;
import dev.sluice.api.runtime.LayerMetrics;
import dev.sluice.api.runtime.LayerStatus;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.api.runtime.RuntimeMetrics;
import dev.sluice.api.runtime.RuntimeObserver;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.api.runtime.SwapRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server whose state a test writes down. */
final class FakeRuntime implements SluiceRuntime {
    final List<ExportStatus> exports = new CopyOnWriteArrayList<>();
    final List<ListenerStatus> listeners = new CopyOnWriteArrayList<>();
    final List<ConnectionStatus> connections = new CopyOnWriteArrayList<>();
    final List<ExportMetrics> metrics = new CopyOnWriteArrayList<>();

    /** Requests that took these nanoseconds. */
    static OperationMetrics operation(String name, long bytes, long errors, long... nanos) {
        return new OperationMetrics(name, nanos.length, errors, bytes, latency(nanos));
    }

    static Latency latency(long... nanos) {
        List<Long> counts = new ArrayList<>(Collections.nCopies(Latency.BUCKETS, 0L));
        long total = 0;
        for (long n : nanos) {
            counts.set(Latency.bucket(n), counts.get(Latency.bucket(n)) + 1);
            total += n;
        }
        return new Latency(counts, Duration.ofNanos(total));
    }

    FakeRuntime export(String name, ExportState state, String why) {
        exports.add(new ExportStatus(name, state, why, List.of(new LayerStatus("memory", "memory 1M password=***", "m 1.0", 7, 1, 0)), 1,
                "parallel"));
        metrics.add(new ExportMetrics(name, List.of(operation("read", 4096, 1, 1000, 2000, 3_000_000), operation("flush", 0, 0, 500)),
                List.of(new LayerMetrics(0, "memory", 7, 1, 0, latency(900))), 3, 1, Duration.ofMillis(5)));
        return this;
    }

    FakeRuntime listener(String name, boolean up, String why) {
        listeners.add(new ListenerStatus(name, up, "tcp:127.0.0.1:10809", why, 5, 1));
        return this;
    }

    FakeRuntime connection(long id) {
        connections.add(new ConnectionStatus(id, "unix", "l", "disk", "disk", "transmission", 4, 1, 4096, 0, 0));
        return this;
    }

    @Override
    public String version() {
        return "1.2.3";
    }

    @Override
    public List<KindStatus> kinds() {
        return List.of();
    }

    @Override
    public List<ExportStatus> exports() {
        return List.copyOf(exports);
    }

    @Override
    public List<ListenerStatus> listeners() {
        return List.copyOf(listeners);
    }

    @Override
    public List<ConnectionStatus> connections() {
        return List.copyOf(connections);
    }

    @Override
    public List<SwapRecord> swaps() {
        return List.of();
    }

    @Override
    public Optional<ExportStatus> awaitExport(String name, Duration atMost) {
        return Optional.empty();
    }

    @Override
    public Optional<ListenerStatus> awaitListener(String name, Duration atMost) {
        return Optional.empty();
    }

    @Override
    public AutoCloseable onShutdownRequest(Runnable callback) {
        return () -> { };
    }

    @Override
    public RuntimeMetrics metrics() {
        return new RuntimeMetrics(metrics, 65536, 2, 0, 3);
    }

    @Override
    public List<OperationMetrics> connectionMetrics(long id) {
        return List.of(operation("read", 4096, 0, 1000));
    }

    @Override
    public AutoCloseable observe(RuntimeObserver observer, Duration slow) {
        return () -> { };
    }
}
