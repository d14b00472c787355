package dev.sluice.shell;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.ExportMetrics;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.KindStatus;
import dev.sluice.api.runtime.LayerStatus;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.api.runtime.RuntimeMetrics;
import dev.sluice.api.runtime.RuntimeObserver;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.api.runtime.StopMode;
import dev.sluice.api.runtime.SwapRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A server that writes down what it is told, and has what a test gives it. */
final class FakeServer implements SluiceRuntime, SluiceControl {
    static final Instant WHEN = Instant.parse("2026-11-22T10:20:30Z");

    final List<String> calls = new ArrayList<>();
    final List<KindStatus> kinds = new ArrayList<>();
    final List<ExportStatus> exports = new ArrayList<>();
    final List<ListenerStatus> listeners = new ArrayList<>();
    final List<ConnectionStatus> connections = new ArrayList<>();
    final List<SwapRecord> swaps = new ArrayList<>();
    final List<ExportMetrics> metrics = new ArrayList<>();
    /** What the next changes say; empty: they succeed. */
    String refusal = "";
    ExportState made = ExportState.ACTIVE;

    FakeServer kind(String name, boolean filter, boolean transparent, String help) {
        kinds.add(new KindStatus(name, filter, "1.2.3", "dev.sluice." + name, "file:/" + name + ".jar", help, transparent, false,
                List.of()));
        return this;
    }

    FakeServer export(String name, ExportState state, String why, int clients, String... layers) {
        List<LayerStatus> statuses = new ArrayList<>();
        for (String layer : layers) {
            String kind = layer.split(" ")[0];
            statuses.add(new LayerStatus(kind, layer, state == ExportState.ACTIVE ? "dev.sluice." + kind + " 1.2.3" : "", 1000, 2, 0));
        }
        exports.removeIf(e -> e.name().equals(name));
        exports.add(new ExportStatus(name, state, why, statuses, clients, state == ExportState.ACTIVE ? "parallel" : ""));
        return this;
    }

    private SwapRecord done(String what, ChangeOptions options) {
        calls.add(what + (options.dryRun() ? " dry" : "") + (options.changesData() ? " data" : "") + (options.force() ? " force" : ""));
        if (!refusal.isEmpty()) {
            throw new ConfigException(refusal);
        }
        return new SwapRecord(WHEN, "disk", what, options.dryRun() ? "would be done" : "ok", 3, Duration.ofNanos(310_000), 2, List.of());
    }

    @Override
    public String version() {
        return "0.1.0";
    }

    @Override
    public List<KindStatus> kinds() {
        return kinds;
    }

    @Override
    public List<ExportStatus> exports() {
        return exports;
    }

    @Override
    public List<ListenerStatus> listeners() {
        return listeners;
    }

    @Override
    public List<ConnectionStatus> connections() {
        return connections;
    }

    @Override
    public List<SwapRecord> swaps() {
        return swaps;
    }

    @Override
    public Optional<ExportStatus> awaitExport(String name, Duration atMost) {
        return exports.stream().filter(e -> e.name().equals(name)).findFirst();
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
    public ExportStatus create(ExportDefinition d) {
        calls.add("create " + d.name() + " " + d.layers() + (d.readOnly() ? " read-only" : "") + " in '" + d.directory() + "'");
        export(d.name(), made, made == ExportState.ACTIVE ? "" : "the reason", 0, d.layers().toArray(new String[0]));
        return exports.get(exports.size() - 1);
    }

    @Override
    public ExportDefinition definition(String export) {
        return ExportDefinition.of(export, List.of("log", "memory 1G"));
    }

    @Override
    public ExportStatus start(String export) {
        calls.add("start " + export);
        export(export, ExportState.ACTIVE, "", 0, "memory 1G");
        return exports.get(0);
    }

    @Override
    public void stop(String export, StopMode mode, Duration drain) {
        calls.add("stop " + export + " " + mode + " " + drain);
    }

    @Override
    public void delete(String export) {
        calls.add("delete " + export);
        exports.removeIf(e -> e.name().equals(export));
    }

    @Override
    public SwapRecord insert(String export, String line, String position, ChangeOptions options) {
        return done("insert " + line + (position.isEmpty() ? "" : " " + position), options);
    }

    @Override
    public SwapRecord remove(String export, String layer, ChangeOptions options) {
        return done("remove " + layer, options);
    }

    @Override
    public SwapRecord move(String export, String layer, String position, ChangeOptions options) {
        return done("move " + layer + " " + position, options);
    }

    @Override
    public SwapRecord replace(String export, String layer, String line, ChangeOptions options) {
        return done("replace " + layer + " " + line, options);
    }

    @Override
    public SwapRecord set(String export, String layer, List<String> words, ChangeOptions options) {
        return done("set " + layer + " " + words, options);
    }

    @Override
    public SwapRecord reshape(String export, List<String> layers, ChangeOptions options) {
        return done("reshape " + layers, options);
    }

    @Override
    public List<SwapRecord> upgrade(String location, ChangeOptions options) {
        return List.of(done("upgrade " + location, options));
    }

    @Override
    public RuntimeMetrics metrics() {
        return new RuntimeMetrics(metrics, 0, 0, 0, 0);
    }

    @Override
    public List<OperationMetrics> connectionMetrics(long id) {
        return List.of();
    }

    @Override
    public AutoCloseable observe(RuntimeObserver observer, Duration slow) {
        return () -> { };
    }
}
