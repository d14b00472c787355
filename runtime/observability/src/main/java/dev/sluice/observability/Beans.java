package dev.sluice.observability;

import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.ExportMetrics;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.Latency;
import dev.sluice.api.runtime.LayerMetrics;
import dev.sluice.api.runtime.LayerStatus;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.api.runtime.RuntimeMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** What the MBeans of a server show. An attribute of what is gone meanwhile is 0, false or empty. */
final class Beans {
    private static final List<String> OPERATIONS = List.of("read", "write", "flush", "trim", "cache", "zero", "status");

    private final Snapshot snapshot;

    Beans(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    Bean server() {
        return new Bean("a Sluice server").text("Version", "version of Sluice", snapshot::version)
                .number("Exports", "exports that are configured", () -> (long) snapshot.get().exports().size())
                .number("Connections", "connections that are open", () -> (long) snapshot.get().connections().size())
                .number("Workers", "threads that there are for connections", () -> (long) metrics().workers())
                .number("BufferBytes", "direct memory in use, in bytes", () -> metrics().bufferBytes())
                .number("Buffers", "buffers in use", () -> metrics().buffers())
                .number("BuffersRefused", "buffers that could not be had in time", () -> metrics().buffersRefused());
    }

    private RuntimeMetrics metrics() {
        return snapshot.get().metrics();
    }

    Bean listener(String name) {
        Supplier<Optional<ListenerStatus>> now = () -> snapshot.listener(name);
        return new Bean("a listener").flag("Listening", "whether clients can connect", () -> now.get().map(ListenerStatus::listening)
                .orElse(false)).text("Address", "where", text(now, ListenerStatus::address))
                .text("Why", "why it does not listen", text(now, ListenerStatus::why))
                .number("Accepted", "connections so far", number(now, ListenerStatus::accepted))
                .number("Refused", "clients that were turned away", number(now, ListenerStatus::refused));
    }

    Bean export(String name) {
        Supplier<Optional<ExportStatus>> status = () -> snapshot.export(name);
        Supplier<Optional<ExportMetrics>> metrics = () -> snapshot.metrics(name);
        Bean bean = new Bean("an export").text("State", "its state", text(status, e -> e.state().name()))
                .text("Why", "why it is in that state", text(status, ExportStatus::why))
                .text("ThreadModel", "how many requests may run at once", text(status, ExportStatus::threadModel))
                .number("Connections", "connections that use it", number(status, ExportStatus::connections))
                .number("Swaps", "changes under clients that were done", number(metrics, ExportMetrics::swaps))
                .number("SwapsRefused", "changes that were refused or rolled back", number(metrics, ExportMetrics::swapsRefused))
                .number("PausedMillis", "sum of the pauses of all changes", number(metrics, e -> e.paused().toMillis()));
        return operations(bean, () -> metrics.get().map(ExportMetrics::operations).orElse(List.of()));
    }

    Bean layer(String export, int position) {
        Supplier<Optional<LayerMetrics>> now = () -> snapshot.layer(export, position);
        Supplier<Optional<LayerStatus>> status = () -> snapshot.export(export).filter(e -> e.layers().size() > position)
                .map(e -> e.layers().get(position));
        Bean bean = new Bean("a layer of an export").text("Line", "as configured, secrets replaced", text(status, LayerStatus::line))
                .text("Bundle", "symbolic name and version of its bundle", text(status, LayerStatus::bundle))
                .number("Requests", "requests answered", number(now, LayerMetrics::requests))
                .number("Errors", "requests that failed", number(now, LayerMetrics::errors))
                .number("Faults", "requests that failed against the rules", number(now, LayerMetrics::faults));
        return latency(bean, "Sampled", "one in " + LayerMetrics.SAMPLED + " requests, with what lies behind",
                () -> now.get().map(LayerMetrics::latency).orElse(Latency.NONE));
    }

    Bean connection(long id) {
        Supplier<Optional<ConnectionStatus>> now = () -> snapshot.connection(id);
        Bean bean = new Bean("a connection").text("Peer", "where the client is", text(now, ConnectionStatus::peer))
                .text("Listener", "that accepted it", text(now, ConnectionStatus::listener))
                .text("Export", "that it uses", text(now, ConnectionStatus::export))
                .text("State", "handshake, transmission or closing", text(now, ConnectionStatus::state))
                .number("InFlight", "requests that run beside the leader", number(now, ConnectionStatus::inFlight));
        return operations(bean, () -> snapshot.operations(id));
    }

    private static Bean operations(Bean bean, Supplier<List<OperationMetrics>> now) {
        bean.number("Requests", "requests answered", () -> sum(now.get(), OperationMetrics::requests))
                .number("Errors", "requests that failed", () -> sum(now.get(), OperationMetrics::errors));
        for (String operation : OPERATIONS) {
            String prefix = Character.toUpperCase(operation.charAt(0)) + operation.substring(1);
            Supplier<Optional<OperationMetrics>> one = () -> now.get().stream().filter(o -> o.operation().equals(operation)).findFirst();
            bean.number(prefix + "Requests", operation + " requests answered", number(one, OperationMetrics::requests))
                    .number(prefix + "Errors", operation + " requests that failed", number(one, OperationMetrics::errors));
            if (operation.equals("read") || operation.equals("write")) {
                bean.number(prefix + "Bytes", "data, in bytes", number(one, OperationMetrics::bytes));
            }
            latency(bean, prefix, operation + " requests", () -> one.get().map(OperationMetrics::latency).orElse(Latency.NONE));
        }
        return bean;
    }

    private static Bean latency(Bean bean, String prefix, String of, Supplier<Latency> now) {
        bean.fraction(prefix + "MeanMicros", "mean latency of " + of, () -> micros(now.get().mean()));
        bean.fraction(prefix + "P50Micros", "median latency of " + of, () -> micros(now.get().quantile(0.5)));
        bean.fraction(prefix + "P99Micros", "99th percentile of the latency of " + of, () -> micros(now.get().quantile(0.99)));
        bean.fraction(prefix + "MaxMicros", "bound of the largest latency of " + of, () -> micros(now.get().quantile(1)));
        return bean;
    }

    private static double micros(Duration d) {
        return d.toNanos() / 1000.0;
    }

    private static long sum(List<OperationMetrics> all, ToLongFunction<OperationMetrics> what) {
        return all.stream().mapToLong(what).sum();
    }

    private static <T> Supplier<Long> number(Supplier<Optional<T>> now, ToLongFunction<T> what) {
        return () -> now.get().map(what::applyAsLong).orElse(0L);
    }

    private static <T> Supplier<String> text(Supplier<Optional<T>> now, Function<T, String> what) {
        return () -> now.get().map(what).orElse("");
    }
}
