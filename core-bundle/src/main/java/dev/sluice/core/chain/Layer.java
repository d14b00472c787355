package dev.sluice.core.chain;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.runtime.Latency;
import dev.sluice.core.metrics.LatencyCounters;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * One configured plugin or filter of one export: the object that its bundle made, and what the core keeps about it. The
 * one place that knows whether a layer is a plugin or a filter. Calls come through the export's gates; this class does
 * not look at them.
 */
public final class Layer {
    private final String kind;
    private final String line;
    private final String origin;
    private final NbdLayer instance;
    private final LayerScope scope;
    private final LongAdder requests = new LongAdder();
    private final LatencyCounters latency = new LatencyCounters();
    private final LayerFailures failures;
    private ThreadModel threadModel = ThreadModel.PARALLEL;

    /**
     * A layer that is not configured yet.
     *
     * @param kind its name
     * @param line as configured, without secrets
     * @param origin symbolic name and version of its bundle
     * @param instance a plugin or a filter
     * @param scope what it is offered
     */
    public Layer(String kind, String line, String origin, NbdLayer instance, LayerScope scope) {
        this.kind = kind;
        this.line = line;
        this.origin = origin;
        this.instance = instance;
        this.scope = scope;
        this.failures = new LayerFailures(scope.export(), kind);
    }

    /** Its name. */
    public String kind() {
        return kind;
    }

    /** As configured, without secrets. */
    public String line() {
        return line;
    }

    /** Symbolic name and version of its bundle. */
    public String origin() {
        return origin;
    }

    /** What its bundle made. */
    public NbdLayer instance() {
        return instance;
    }

    /** What it was offered. */
    public LayerScope scope() {
        return scope;
    }

    /** Whether it stands in front of another layer. */
    public boolean isFilter() {
        return instance instanceof NbdFilter;
    }

    /** How many calls it takes at once; asked once, in {@link #ready}. */
    public ThreadModel threadModel() {
        return threadModel;
    }

    /** Calls {@link NbdLayer#ready} and asks for the thread model. */
    public void ready() throws Exception {
        instance.ready(scope);
        ThreadModel model = instance.threadModel();
        threadModel = model == null ? ThreadModel.SERIALIZE_ALL_REQUESTS : model;
    }

    NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return instance instanceof NbdFilter f ? f.open(request, next) : ((NbdPlugin) instance).open(request);
    }

    List<ExportInfo> exports(ClientInfo client, NextLayer next) throws IOException {
        return instance instanceof NbdFilter f ? f.exports(client, next) : ((NbdPlugin) instance).exports(client);
    }

    String defaultExport(ClientInfo client, NextLayer next) throws IOException {
        return instance instanceof NbdFilter f ? f.defaultExport(client, next) : ((NbdPlugin) instance).defaultExport(client);
    }

    String description(OpenRequest request, NextLayer next) throws IOException {
        return instance instanceof NbdFilter f ? f.description(request, next) : ((NbdPlugin) instance).description(request);
    }

    LayerFailures failures() {
        return failures;
    }

    void countRequest() {
        requests.increment();
    }

    /** Now, for {@link #took}; never 0. */
    long begin() {
        return scope.services().platform().nanoTime() | 1;
    }

    /** A request that was measured has returned. */
    void took(long began) {
        latency.record(Math.max(0, scope.services().platform().nanoTime() - began));
    }

    /** How long requests took that were measured, with what lies behind this layer. */
    public Latency latency() {
        return latency.latency();
    }

    /** Requests that came to it. */
    public long requests() {
        return requests.sum();
    }

    /** Of them, those that failed. */
    public long errors() {
        return failures.errors();
    }

    /** Of them, those that failed with something other than the API's failure type. */
    public long faults() {
        return failures.faults();
    }

    /** Carries the counts of the layer before it on, so that a swap does not set them back. */
    public void continueCountsOf(Layer old) {
        requests.add(old.requests());
        latency.add(old.latency);
        failures.continueCountsOf(old.failures);
    }
}
