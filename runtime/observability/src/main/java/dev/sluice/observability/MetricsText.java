package dev.sluice.observability;

import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.ExportMetrics;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.Latency;
import dev.sluice.api.runtime.LayerMetrics;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.OperationMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The state of the server in Prometheus' text format 0.0.4, or in OpenMetrics 1.0. The two differ in the names of counters
 * (in OpenMetrics the family has no {@code _total}) and in the last line.
 */
final class MetricsText {
    /** One bucket for each doubling is enough there, and half as much to store. */
    private static final int STEP = 2;

    private final StringBuilder out = new StringBuilder(16 << 10);
    private final boolean open;

    private MetricsText(boolean open) {
        this.open = open;
    }

    /**
     * Writes all.
     *
     * @param open OpenMetrics, or else 0.0.4
     * @param connections how many of them get series of their own
     */
    static String of(Snapshot snapshot, boolean open, int connections) {
        MetricsText text = new MetricsText(open);
        Snapshot.State now = snapshot.get();
        text.server(snapshot, now);
        Jvm.now().ifPresent(text::jvm);
        text.listeners(now.listeners());
        text.exports(now.exports(), now.metrics().exports());
        text.operations(now.metrics().exports());
        text.layers(now.metrics().exports());
        text.connections(now.connections().subList(0, Math.min(connections, now.connections().size())));
        return text.end();
    }

    private String end() {
        return out.append(open ? "# EOF\n" : "").toString();
    }

    private void server(Snapshot snapshot, Snapshot.State now) {
        gauge("sluice_build_info", "Version of the server.").sample("", 1, "version", snapshot.version());
        gauge("sluice_connections", "Connections that are open.").sample("", now.connections().size());
        gauge("sluice_worker_threads", "Threads that there are for connections.").sample("", now.metrics().workers());
        gauge("sluice_buffer_bytes", "Direct memory in use.").sample("", now.metrics().bufferBytes());
        gauge("sluice_buffers", "Buffers in use.").sample("", now.metrics().buffers());
        counter("sluice_buffers_refused", "Buffers that could not be had in time.").sample("_total", now.metrics().buffersRefused());
    }

    private void jvm(Jvm jvm) {
        gauge("sluice_jvm_heap_bytes", "Heap in use, garbage included.").sample("", jvm.heap());
        gauge("sluice_jvm_heap_kept_bytes", "Heap in use after the last collection of garbage.").sample("", jvm.kept());
        gauge("sluice_jvm_direct_bytes", "Direct memory of the process.").sample("", jvm.direct());
        gauge("sluice_jvm_threads", "Threads of the process.").sample("", jvm.threads());
        gauge("sluice_jvm_classes", "Classes that are loaded.").sample("", jvm.classes());
        counter("sluice_jvm_gc_seconds", "Time spent collecting garbage.").sample("_total", jvm.collecting() / 1e3);
    }

    private void listeners(List<ListenerStatus> all) {
        gauge("sluice_listener_up", "Whether clients can connect.");
        all.forEach(l -> sample("", l.listening() ? 1 : 0, "listener", l.name(), "address", l.address()));
        counter("sluice_listener_accepted", "Connections so far.");
        all.forEach(l -> sample("_total", l.accepted(), "listener", l.name()));
        counter("sluice_listener_refused", "Clients that were turned away because a bound was reached.");
        all.forEach(l -> sample("_total", l.refused(), "listener", l.name()));
    }

    private void exports(List<ExportStatus> all, List<ExportMetrics> metrics) {
        gauge("sluice_export_state", "1 for the state that the export is in.");
        for (ExportStatus e : all) {
            for (ExportState state : ExportState.values()) {
                sample("", e.state() == state ? 1 : 0, "export", e.name(), "state", state.name().toLowerCase(Locale.ROOT));
            }
        }
        gauge("sluice_export_connections", "Connections that use the export.");
        all.forEach(e -> sample("", e.connections(), "export", e.name()));
        counter("sluice_export_swaps", "Changes under clients.");
        metrics.forEach(e -> sample("_total", e.swaps(), "export", e.export(), "result", "done")
                .sample("_total", e.swapsRefused(), "export", e.export(), "result", "refused"));
        counter("sluice_export_swap_pause_seconds", "Sum of the pauses of all changes.");
        metrics.forEach(e -> sample("_total", seconds(e.paused()), "export", e.export()));
    }

    private void operations(List<ExportMetrics> all) {
        counter("sluice_requests", "Requests answered.");
        each(all, (e, o) -> sample("_total", o.requests(), "export", e, "operation", o.operation()));
        counter("sluice_request_errors", "Requests answered with an error.");
        each(all, (e, o) -> sample("_total", o.errors(), "export", e, "operation", o.operation()));
        counter("sluice_request_bytes", "Data read or written.");
        each(all, (e, o) -> {
            if (o.operation().equals("read") || o.operation().equals("write")) {
                sample("_total", o.bytes(), "export", e, "operation", o.operation());
            }
        });
        family("sluice_request_seconds", "histogram", "Time that requests took in the chain.");
        each(all, (e, o) -> histogram("sluice_request_seconds", o.latency(), "export", e, "operation", o.operation()));
    }

    /** For one operation of one export. */
    private interface Each {
        void accept(String export, OperationMetrics operation);
    }

    private static void each(List<ExportMetrics> all, Each what) {
        all.forEach(e -> e.operations().forEach(o -> what.accept(e.export(), o)));
    }

    private void layers(List<ExportMetrics> all) {
        counter("sluice_layer_requests", "Requests answered by the layer.");
        eachLayer(all, (labels, l) -> sample("_total", l.requests(), labels));
        counter("sluice_layer_errors", "Requests that failed in the layer or behind it.");
        eachLayer(all, (labels, l) -> sample("_total", l.errors(), labels));
        counter("sluice_layer_faults", "Failures against the rules of the API.");
        eachLayer(all, (labels, l) -> sample("_total", l.faults(), labels));
        family("sluice_layer_seconds", "histogram", "Time that one in " + LayerMetrics.SAMPLED
                + " requests took in the layer and behind it.");
        eachLayer(all, (labels, l) -> histogram("sluice_layer_seconds", l.latency(), labels));
    }

    /** For one layer, with its labels. */
    private interface EachLayer {
        void accept(String[] labels, LayerMetrics layer);
    }

    private static void eachLayer(List<ExportMetrics> all, EachLayer what) {
        all.forEach(e -> e.layers().forEach(l -> what.accept(
                new String[] {"export", e.export(), "position", Integer.toString(l.position()), "layer", l.layer()}, l)));
    }

    private void connections(List<ConnectionStatus> all) {
        counter("sluice_connection_requests", "Requests answered on the connection.");
        all.forEach(c -> sample("_total", c.requests(), labels(c)));
        counter("sluice_connection_errors", "Requests answered with an error on the connection.");
        all.forEach(c -> sample("_total", c.errors(), labels(c)));
        counter("sluice_connection_read_bytes", "Data sent to the client.");
        all.forEach(c -> sample("_total", c.bytesRead(), labels(c)));
        counter("sluice_connection_written_bytes", "Data received from the client.");
        all.forEach(c -> sample("_total", c.bytesWritten(), labels(c)));
    }

    private static String[] labels(ConnectionStatus c) {
        return new String[] {"connection", Long.toString(c.id()), "export", c.export(), "peer", c.peer()};
    }

    private String name;

    private MetricsText gauge(String family, String help) {
        return family(family, "gauge", help);
    }

    private MetricsText counter(String family, String help) {
        return family(family, "counter", help);
    }

    private MetricsText family(String family, String type, String help) {
        name = family;
        String shown = type.equals("counter") && !open ? family + "_total" : family;
        out.append("# HELP ").append(shown).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(shown).append(' ').append(type).append('\n');
        return this;
    }

    private MetricsText sample(String suffix, double value, String... labels) {
        out.append(name).append(suffix);
        for (int i = 0; i < labels.length; i += 2) {
            out.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            escape(labels[i + 1]);
            out.append('"');
        }
        out.append(labels.length == 0 ? " " : "} ").append(number(value)).append('\n');
        return this;
    }

    private void histogram(String family, Latency l, String... labels) {
        String[] with = java.util.Arrays.copyOf(labels, labels.length + 2);
        with[labels.length] = "le";
        long sum = 0;
        for (int i = 0; i < Latency.BUCKETS; i++) {
            sum += l.counts().get(i);
            boolean last = i == Latency.BUCKETS - 1;
            if (last || i % STEP == 0) {
                with[labels.length + 1] = last ? "+Inf" : number(Latency.bound(i) / 1e9);
                sample("_bucket", sum, with);
            }
        }
        sample("_sum", seconds(l.total()), labels);
        sample("_count", sum, labels);
    }

    private void escape(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                case '\n' -> out.append("\\n");
                default -> out.append(c);
            }
        }
    }

    private static double seconds(Duration d) {
        return d.toNanos() / 1e9;
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }
}
