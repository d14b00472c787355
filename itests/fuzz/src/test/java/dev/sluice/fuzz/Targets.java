package dev.sluice.fuzz;

import dev.sluice.api.util.LayerLineFuzz;
import dev.sluice.api.util.ParametersFuzz;
import dev.sluice.api.util.ValuesFuzz;
import dev.sluice.client.wire.FrameFuzz;
import dev.sluice.commandline.CommandLineFuzz;
import dev.sluice.core.export.ExportConfigFuzz;
import dev.sluice.core.handshake.HandshakeFuzz;
import dev.sluice.core.transmission.TransmissionFuzz;
import dev.sluice.core.transport.TlsFuzz;
import dev.sluice.daemon.ConfigFileFuzz;
import dev.sluice.daemon.ShellFuzz;
import dev.sluice.filter.extentlist.ExtentListFuzz;
import dev.sluice.filter.ip.RulesFuzz;
import dev.sluice.plugin.data.DataFuzz;
import dev.sluice.shared.partitiontable.PartitionTableFuzz;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** All targets by name; {@code corpus/} has a directory for each. */
public final class Targets {
    /** Stands for all of them. */
    static final String ALL = "all";
    private static final Map<String, Supplier<FuzzTarget>> MAKERS = new TreeMap<>(Map.ofEntries(
            Map.entry("commandline", CommandLineFuzz::new),
            Map.entry("configfile", ConfigFileFuzz::new),
            Map.entry("data", DataFuzz::new),
            Map.entry("export", ExportConfigFuzz::new),
            Map.entry("extentlist", ExtentListFuzz::new),
            Map.entry("frame", FrameFuzz::new),
            Map.entry("handshake", HandshakeFuzz::raw),
            Map.entry("ip", RulesFuzz::new),
            Map.entry("layerline", LayerLineFuzz::new),
            Map.entry("options", HandshakeFuzz::options),
            Map.entry("parameters", ParametersFuzz::new),
            Map.entry("partition", PartitionTableFuzz::new),
            Map.entry("requests", TransmissionFuzz::requests),
            Map.entry("shell", ShellFuzz::new),
            Map.entry("tls", TlsFuzz::new),
            Map.entry("transmission", TransmissionFuzz::raw),
            Map.entry("values", ValuesFuzz::new)));

    private Targets() {
    }

    /** In a fixed order. */
    static List<String> names() {
        return List.copyOf(MAKERS.keySet());
    }

    static FuzzTarget named(String name) {
        Supplier<FuzzTarget> maker = MAKERS.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("there is no target '" + name + "', but " + String.join(", ", names()));
        }
        return maker.get();
    }

    /** The first byte of an input chooses the target, the rest is for it. */
    static FuzzTarget all() {
        List<FuzzTarget> targets = new ArrayList<>();
        names().forEach(name -> targets.add(named(name)));
        return input -> {
            if (input.length > 0) {
                targets.get((input[0] & 0xff) % targets.size()).test(Arrays.copyOfRange(input, 1, input.length));
            }
        };
    }
}
