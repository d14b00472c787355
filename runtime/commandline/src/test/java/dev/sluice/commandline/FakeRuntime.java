package dev.sluice.commandline;

import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.KindStatus;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.api.runtime.ParameterStatus;
import dev.sluice.api.runtime.RuntimeMetrics;
import dev.sluice.api.runtime.RuntimeObserver;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.api.runtime.SwapRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A runtime whose exports and listeners come up at once, or fail as the test says. */
final class FakeRuntime implements SluiceRuntime {
    final List<KindStatus> kinds = new ArrayList<>();
    final Map<String, ListenerStatus> listeners = new LinkedHashMap<>();
    /** Addresses that can't be bound. */
    final Set<String> taken = new HashSet<>();
    String exportFailure = "";
    Runnable shutdown;
    private ExportStatus export;

    static KindStatus kind(String name, boolean filter, boolean open, ParameterStatus... parameters) {
        return new KindStatus(name, filter, "1.2.3", "dev.sluice." + (filter ? "filter." : "plugin.") + name, "file:/" + name + ".jar",
                "serves " + name, false, open, List.of(parameters));
    }

    static ParameterStatus parameter(String name, boolean magic, String... aliases) {
        return new ParameterStatus(name, List.of(aliases), "size", List.of(), "", magic, magic, false, false, "what " + name + " is");
    }

    void configured(String factory, Map<String, Object> properties) {
        if (factory.equals(EXPORT_PID)) {
            ExportState state = exportFailure.isEmpty() ? ExportState.ACTIVE : ExportState.FAILED;
            export = new ExportStatus((String) properties.get("name"), state, exportFailure, List.of(), 0, "parallel");
        } else {
            String name = (String) properties.get("name");
            String address = (String) properties.get("address");
            boolean free = !taken.contains(address);
            String real = address.endsWith(":0") ? address.substring(0, address.length() - 1) + "40000" : address;
            listeners.put(name, new ListenerStatus(name, free, real, free ? "" : address + ": Address already in use", 0, 0));
        }
    }

    @Override
    public String version() {
        return "0.1.0";
    }

    @Override
    public List<KindStatus> kinds() {
        return List.copyOf(kinds);
    }

    @Override
    public List<ExportStatus> exports() {
        return export == null ? List.of() : List.of(export);
    }

    @Override
    public List<ListenerStatus> listeners() {
        return List.copyOf(listeners.values());
    }

    @Override
    public List<ConnectionStatus> connections() {
        return List.of();
    }

    @Override
    public List<SwapRecord> swaps() {
        return List.of();
    }

    @Override
    public Optional<ExportStatus> awaitExport(String name, Duration atMost) {
        return Optional.ofNullable(export);
    }

    @Override
    public Optional<ListenerStatus> awaitListener(String name, Duration atMost) {
        return Optional.ofNullable(listeners.get(name));
    }

    @Override
    public AutoCloseable onShutdownRequest(Runnable callback) {
        shutdown = callback;
        return () -> shutdown = null;
    }

    @Override
    public RuntimeMetrics metrics() {
        return new RuntimeMetrics(List.of(), 0, 0, 0, 0);
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
