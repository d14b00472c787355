package dev.sluice.shell;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.ExportMetrics;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.KindStatus;
import dev.sluice.api.runtime.Latency;
import dev.sluice.api.runtime.LayerMetrics;
import dev.sluice.api.runtime.LayerStatus;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.api.runtime.SwapRecord;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The commands that only look. */
final class Views {
    private static final String BETWEEN = " > ";

    private final SluiceRuntime runtime;
    private final ZoneId zone;

    Views(SluiceRuntime runtime, ZoneId zone) {
        this.runtime = runtime;
        this.zone = zone;
    }

    String kinds(boolean filters) {
        String what = filters ? "FILTER" : "PLUGIN";
        Table table = new Table(what, "VERSION", "WHAT IT DOES");
        for (KindStatus kind : runtime.kinds()) {
            if (kind.filter() == filters) {
                table.row(kind.name(), kind.version(), kind.help() + (kind.transparent() ? " (transparent)" : ""));
            }
        }
        return table.isEmpty() ? "no " + what.toLowerCase(Locale.ROOT) + "s are there" : table.toString();
    }

    String list() {
        List<String> parts = new ArrayList<>();
        Table exports = new Table("EXPORT", "STATE", ">CLIENTS", "LAYERS");
        for (ExportStatus e : runtime.exports()) {
            exports.row(named(e.name()), state(e), e.connections(), chain(e) + (e.why().isEmpty() ? "" : " (" + e.why() + ")"));
        }
        parts.add(exports.isEmpty() ? "no exports" : exports.toString());
        Table listeners = new Table("LISTENER", "STATE", ">CLIENTS SO FAR", "ADDRESS");
        for (ListenerStatus l : runtime.listeners()) {
            listeners.row(l.name(), l.listening() ? "listens" : "failed", l.accepted(),
                    l.address() + (l.why().isEmpty() ? "" : " (" + l.why() + ")"));
        }
        parts.add(listeners.isEmpty() ? "no listeners" : listeners.toString());
        return String.join("\n\n", parts);
    }

    String connections(Optional<String> export) {
        export.ifPresent(this::export);
        Table table = new Table(">ID", "EXPORT", "STATE", ">REQUESTS", ">ERRORS", ">READ", ">WRITTEN", ">NOW", "CLIENT");
        for (ConnectionStatus c : runtime.connections()) {
            if (export.isEmpty() || export.get().equals(c.export())) {
                table.row(c.id(), c.export().isEmpty() ? "-" : c.export(), c.state(), c.requests(), c.errors(), Units.bytes(c.bytesRead()),
                        Units.bytes(c.bytesWritten()), c.inFlight(), c.peer());
            }
        }
        return table.isEmpty() ? "nobody is connected" : table.toString();
    }

    String stats(Optional<String> export) {
        List<ExportStatus> shown = export.map(e -> List.of(export(e))).orElseGet(runtime::exports);
        return shown.isEmpty() ? "no exports" : shown.stream().map(this::stats).collect(Collectors.joining("\n\n"));
    }

    private String stats(ExportStatus e) {
        Table table = new Table(">#", "LAYER", ">REQUESTS", ">ERRORS", ">FAULTS", "BUNDLE");
        int n = 0;
        for (LayerStatus layer : e.layers()) {
            table.row(++n, layer.kind(), layer.requests(), layer.errors(), layer.faults(), layer.bundle().isEmpty() ? "-" : layer.bundle());
        }
        long read = 0;
        long written = 0;
        for (ConnectionStatus c : runtime.connections()) {
            if (c.export().equals(e.name())) {
                read += c.bytesRead();
                written += c.bytesWritten();
            }
        }
        String head = named(e.name()) + " is " + state(e) + (e.threadModel().isEmpty() ? "" : ", " + e.threadModel());
        return head + "\n" + table + "\n" + Units.count(e.connections(), "client")
                + (e.connections() == 0 ? "" : ", which so far read " + Units.bytes(read) + " and wrote " + Units.bytes(written));
    }

    String latency(Optional<String> export) {
        export.ifPresent(this::export);
        List<ExportMetrics> shown = runtime.metrics().exports().stream().filter(e -> export.isEmpty() || export.get().equals(e.export()))
                .toList();
        return shown.isEmpty() ? "no exports" : shown.stream().map(Views::latency).collect(Collectors.joining("\n\n"));
    }

    private static String latency(ExportMetrics e) {
        Table table = new Table(">REQUESTS", ">MEAN", ">MEDIAN", ">99%", ">MOST", "OF");
        e.operations().forEach(o -> row(table, o.operation(), o.requests(), o.latency()));
        int n = 0;
        for (LayerMetrics layer : e.layers()) {
            row(table, ++n + " " + layer.layer(), layer.requests(), layer.latency());
        }
        return named(e.export()) + "\n" + table;
    }

    private static void row(Table table, String of, long requests, Latency l) {
        table.row(requests, Units.latency(l.mean()), Units.latency(l.quantile(0.5)), Units.latency(l.quantile(0.99)),
                Units.latency(l.quantile(1)), of);
    }

    String swaps(Optional<String> export) {
        Table table = new Table("WHEN", "EXPORT", ">PAUSE", ">CLIENTS", "WHAT");
        for (SwapRecord swap : runtime.swaps()) {
            if (export.isEmpty() || export.get().equals(swap.export())) {
                table.row(Units.time(swap.when(), zone), named(swap.export()), Units.pause(swap.pause()), swap.connections(), line(swap));
            }
        }
        return table.isEmpty() ? "nothing was changed" : table.toString();
    }

    private static String line(SwapRecord swap) {
        return swap.what() + ": " + swap.result() + (swap.stranded().isEmpty() ? "" : "; stranded: " + String.join("; ", swap.stranded()));
    }

    String why(String name) {
        ExportStatus e = export(name);
        List<String> said = new ArrayList<>();
        said.add(named(name) + " is " + state(e) + (e.why().isEmpty() ? "" : ": " + e.why()));
        String advice = advice(e);
        if (!advice.isEmpty()) {
            said.add(advice);
        }
        runtime.swaps().stream().filter(s -> s.export().equals(name)).findFirst()
                .ifPresent(s -> said.add("Last change, " + Units.time(s.when(), zone) + ": " + line(s)));
        return said.stream().flatMap(s -> Table.fold(s, Table.WIDTH).stream()).collect(Collectors.joining("\n"));
    }

    private String advice(ExportStatus e) {
        return switch (e.state()) {
            case ACTIVE -> "Clients may open it; " + Units.count(e.connections(), "client") + " did.";
            case WAITING -> "It starts by itself when what is missing is there. There are the plugins " + names(false) + " and the filters "
                    + names(true) + ".";
            case HELD -> "Requests of " + Units.count(e.connections(), "client") + " wait for a successor of the code that has left.";
            case FAILED -> "nbd:start tries again; nbd:delete and nbd:export define it anew.";
            case DISABLED -> "nbd:start switches it on.";
            default -> "";
        };
    }

    private String names(boolean filters) {
        String names = runtime.kinds().stream().filter(k -> k.filter() == filters).map(KindStatus::name).collect(Collectors.joining(", "));
        return names.isEmpty() ? "(none)" : names;
    }

    /**
     * The status of one export.
     *
     * @throws ConfigException there is none; the line names those that are there
     */
    ExportStatus export(String name) {
        List<ExportStatus> all = runtime.exports();
        String names = all.stream().map(ExportStatus::name).collect(Collectors.joining(", "));
        return all.stream().filter(e -> e.name().equals(name)).findFirst()
                .orElseThrow(() -> new ConfigException("there is no export '" + name + "'"
                        + (all.isEmpty() ? "" : "; there are " + names)));
    }

    /** What became of an export, in a line or two. */
    String outcome(String name, Duration atMost) {
        ExportStatus e = runtime.awaitExport(name, atMost).orElseGet(() -> export(name));
        return named(name) + " is " + state(e) + ": " + chain(e) + (e.why().isEmpty() ? "" : "\n" + e.why());
    }

    /** The layers in one line, secrets replaced. */
    static String chain(ExportStatus e) {
        return e.layers().stream().map(LayerStatus::line).collect(Collectors.joining(BETWEEN));
    }

    static String state(ExportStatus e) {
        return state(e.state());
    }

    private static String state(ExportState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** The empty name is a name. */
    static String named(String export) {
        return export.isEmpty() ? "''" : export;
    }
}
