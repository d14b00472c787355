package dev.sluice.shell;

import dev.sluice.api.ConfigException;
import java.util.ArrayList;
import java.util.List;

/** Help out of the table of commands. */
final class Help {
    private static final String LAYER = "A layer is named by its kind, by KIND:N for the n-th of that kind from the client, or by its "
            + "number in nbd:stats.";

    private Help() {
    }

    /** All commands, one line each. */
    static String all() {
        Table table = new Table("COMMAND", "WHAT IT DOES");
        for (Command command : Command.values()) {
            table.row(command.full(), command.summary());
        }
        return table + "\n\nnbd:help COMMAND says more about one. The filter 'stats' brings nbd:statsfilter\n"
                + "[EXPORT], which shows what it has counted.";
    }

    /** One command. */
    static String of(String name) {
        Command command = Command.find(name)
                .orElseThrow(() -> new ConfigException("there is no command '" + name + "'; nbd:help lists all"));
        List<String> lines = new ArrayList<>();
        List<String> synopsis = Table.fold(command.synopsis(), Table.WIDTH - 4);
        lines.add(synopsis.get(0));
        synopsis.subList(1, synopsis.size()).forEach(rest -> lines.add("    " + rest));
        lines.add("");
        String details = command.details().isEmpty() ? "" : " " + command.details();
        lines.addAll(Table.fold(capital(command.summary()) + "." + details, Table.WIDTH));
        if (command.synopsis().contains("LAYER")) {
            lines.addAll(Table.fold(LAYER, Table.WIDTH));
        }
        if (!command.flags().isEmpty()) {
            lines.add("");
            for (Flag flag : command.flags()) {
                lines.add("  " + (flag.text() + " " + flag.argument()).strip());
                Table.fold(capital(flag.help()) + ".", Table.WIDTH - 6).forEach(l -> lines.add("      " + l));
            }
        }
        return String.join("\n", lines);
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
