package dev.sluice.core.view;

import dev.sluice.api.Parameter;
import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.ExportMetrics;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.KindStatus;
import dev.sluice.api.runtime.LayerMetrics;
import dev.sluice.api.runtime.LayerStatus;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.api.runtime.ParameterStatus;
import dev.sluice.api.runtime.RuntimeMetrics;
import dev.sluice.api.runtime.RuntimeObserver;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.api.util.DeclaredParameters;
import dev.sluice.core.chain.Layer;
import dev.sluice.core.chain.Services;
import dev.sluice.core.engine.Engine;
import dev.sluice.core.export.Export;
import dev.sluice.core.export.ExportConfig;
import dev.sluice.core.export.Exports;
import dev.sluice.core.export.Kind;
import dev.sluice.core.export.Kinds;
import dev.sluice.core.export.LayerSlot;
import dev.sluice.core.export.SwapLog;
import dev.sluice.core.util.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** The running server as tools see it: copies of the core's state. */
public final class RuntimeView implements SluiceRuntime {
    private static final System.Logger LOG = System.getLogger("dev.sluice.runtime");

    private final String version;
    private final Services services;
    private final Kinds kinds;
    private final Exports exports;
    private final Engine engine;
    private final SwapLog swaps;
    private final CopyOnWriteArrayList<Runnable> shutdown = new CopyOnWriteArrayList<>();

    /** Looks at these. */
    public RuntimeView(String version, Services services, Kinds kinds, Exports exports, Engine engine, SwapLog swaps) {
        this.version = version;
        this.services = services;
        this.kinds = kinds;
        this.exports = exports;
        this.engine = engine;
        this.swaps = swaps;
    }

    /** A layer asks the server to stop. */
    public void shutdownRequested() {
        if (shutdown.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "a layer asks the server to stop; nobody here can do that");
        }
        shutdown.forEach(Runnable::run);
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public List<KindStatus> kinds() {
        return kinds.all().stream().map(RuntimeView::kind).toList();
    }

    private static KindStatus kind(Kind kind) {
        DeclaredParameters declared = kind.declared();
        List<ParameterStatus> parameters = declared.list().stream().map(RuntimeView::parameter).toList();
        return new KindStatus(kind.name(), kind.filter(), kind.version(), kind.bundle(), kind.location(), declared.help(),
                declared.isTransparent(), declared.isOpen(), parameters);
    }

    private static ParameterStatus parameter(Parameter p) {
        return new ParameterStatus(p.name(), List.of(p.aliases()), p.type().name().toLowerCase(Locale.ROOT), List.of(p.choices()),
                p.defaultValue(), p.required(), p.magic(), p.repeatable(), DeclaredParameters.isSecret(p), p.help());
    }

    @Override
    public List<ExportStatus> exports() {
        List<ExportStatus> all = new ArrayList<>(exports.all().stream().map(RuntimeView::export).toList());
        exports.refused().forEach((name, why) -> all.add(refused(name, why)));
        all.sort(Comparator.comparing(ExportStatus::name));
        return all;
    }

    private static ExportStatus refused(String name, String why) {
        return new ExportStatus(name, ExportState.FAILED, why, List.of(), 0, "");
    }

    static ExportStatus export(Export export) {
        List<LayerStatus> layers = new ArrayList<>();
        for (LayerSlot slot : export.slots()) {
            Layer layer = slot.layer();
            layers.add(layer == null ? absent(export, slot.spec())
                    : new LayerStatus(layer.kind(), layer.line(), layer.origin(), layer.requests(), layer.errors(), layer.faults()));
        }
        if (layers.isEmpty()) {
            export.config().layers().forEach(s -> layers.add(absent(export, s)));
        }
        return new ExportStatus(export.name(), export.state(), export.why(), layers, export.connections().size(),
                export.layers().isEmpty() ? "" : export.threadModel().text());
    }

    private static LayerStatus absent(Export export, ExportConfig.LayerSpec spec) {
        return new LayerStatus(spec.kind(), export.line(spec), "", 0, 0, 0);
    }

    @Override
    public List<ListenerStatus> listeners() {
        return engine.listeners();
    }

    @Override
    public List<ConnectionStatus> connections() {
        return engine.connections();
    }

    @Override
    public List<SwapRecord> swaps() {
        return swaps.all();
    }

    @Override
    public Optional<ExportStatus> awaitExport(String name, Duration atMost) {
        Optional<Export> export = exports.await(name, Deadline.after(services.platform(), atMost));
        String why = exports.refused().get(name);
        return export.isEmpty() && why != null ? Optional.of(refused(name, why)) : export.map(RuntimeView::export);
    }

    @Override
    public Optional<ListenerStatus> awaitListener(String name, Duration atMost) {
        return engine.await(name, Deadline.after(services.platform(), atMost));
    }

    @Override
    public AutoCloseable onShutdownRequest(Runnable callback) {
        shutdown.add(callback);
        return () -> shutdown.remove(callback);
    }

    @Override
    public RuntimeMetrics metrics() {
        return new RuntimeMetrics(exports.all().stream().map(this::metrics).toList(), services.buffers().leasedBytes(),
                services.buffers().leases(), services.buffers().refused(), services.workers().threads());
    }

    private ExportMetrics metrics(Export export) {
        List<LayerMetrics> layers = new ArrayList<>();
        List<LayerSlot> slots = export.slots();
        for (int i = 0; i < slots.size(); i++) {
            Layer layer = slots.get(i).layer();
            if (layer != null) {
                layers.add(new LayerMetrics(i, slots.get(i).spec().word(), layer.requests(), layer.errors(), layer.faults(),
                        layer.latency()));
            }
        }
        SwapLog.Counts counts = swaps.counts(export.name());
        return new ExportMetrics(export.name(), export.counters().operations(), layers, counts.done(), counts.refused(), counts.paused());
    }

    @Override
    public List<OperationMetrics> connectionMetrics(long id) {
        return engine.operations(id);
    }

    @Override
    public AutoCloseable observe(RuntimeObserver observer, Duration slow) {
        return services.observers().add(observer, slow);
    }
}
