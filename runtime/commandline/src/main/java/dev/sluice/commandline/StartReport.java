package dev.sluice.commandline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** What a verbose server says before it starts: version, mode, way of a request. */
final class StartReport {
    private final Program program;
    private final Settings settings;
    private final Chain chain;

    StartReport(Program program, Settings settings, Chain chain) {
        this.program = program;
        this.settings = settings;
        this.chain = chain;
    }

    /** Debug messages, complete. */
    List<String> lines(Map<String, String> environment) {
        List<String> lines = new ArrayList<>();
        lines.add(program.line());
        if (settings.debugFlags().stream().anyMatch(flag -> flag.isSet("environ"))) {
            environment.entrySet().stream().sorted(Map.Entry.comparingByKey())
                    .forEach(entry -> lines.add("environ: " + entry.getKey() + "=" + Shell.visible(entry.getValue())));
        }
        lines.add("service mode: " + mode());
        lines.add("request processing: " + way());
        return lines.stream().map(line -> program.name() + ": debug: " + line).toList();
    }

    private String mode() {
        if (settings.has(Option.SINGLE)) {
            return "standard input and output";
        }
        return settings.listensOnUnix() ? "Unix domain socket" : "TCP/IP";
    }

    private String way() {
        StringJoiner way = new StringJoiner(" -> ");
        for (int i = 0; i < chain.filters().size(); i++) {
            way.add(chain.filters().get(i).name() + (i == 0 ? " (filter, first)" : " (filter)"));
        }
        return way.add(chain.plugin().name() + (chain.filters().isEmpty() ? " (plugin)" : " (plugin, last)")).toString();
    }
}
