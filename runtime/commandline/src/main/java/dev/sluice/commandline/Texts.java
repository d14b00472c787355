package dev.sluice.commandline;

import dev.sluice.api.runtime.KindStatus;
import dev.sluice.api.runtime.ParameterStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/** What the options that only print something print. */
final class Texts {
    private static final int COLUMN = 34;

    private final String program;
    private final String version;

    Texts(String program, String version) {
        this.program = program;
        this.version = version;
    }

    /** The shape of a command line. */
    String synopsis() {
        return program + " [OPTIONS] [--filter=FILTER ...] PLUGIN [[KEY=]VALUE ...]\n"
                + "\n"
                + program + " --dump-config\n"
                + program + " [--filter=FILTER ...] PLUGIN --dump-plugin\n"
                + program + " --help | --version\n"
                + "\n"
                + "Use '" + program + " --help' for all options, '" + program + " --help PLUGIN' for the parameters of a plugin.";
    }

    /** Where to read on, behind an error. */
    String hint() {
        return "Use '" + program + " --help' or read docs/command-line.md for documentation.";
    }

    /** All options, and the parameters of these layers. */
    String help(Optional<Chain> chain) {
        StringJoiner text = new StringJoiner("\n");
        text.add(program + " [OPTIONS] PLUGIN [[KEY=]VALUE ...]");
        text.add("");
        text.add("Serves a plugin's disk over NBD. Options may stand anywhere; -- ends them.");
        text.add("");
        for (Option option : Option.values()) {
            String state = switch (option.state().maturity()) {
                case DONE -> "";
                case LATER -> " (not supported yet)";
                case IMPOSSIBLE -> " (not possible on a JVM)";
            };
            String names = String.join(", ", option.names()) + option.argument().map(a -> " " + a).orElse("");
            text.add(columns(names, option.help() + state));
        }
        chain.ifPresent(c -> {
            c.filters().forEach(filter -> text.add(parameters("filter", filter)));
            text.add(parameters("plugin", c.plugin()));
        });
        return text.toString();
    }

    private static String parameters(String word, KindStatus kind) {
        StringJoiner text = new StringJoiner("\n");
        text.add("");
        text.add(word + ": " + kind.name() + (kind.help().isEmpty() ? "" : " - " + kind.help()));
        text.add("(" + kind.bundle() + " " + kind.version() + ")");
        for (ParameterStatus p : kind.parameters()) {
            String value = p.choices().isEmpty() ? p.type().toUpperCase(Locale.ROOT) : String.join("|", p.choices());
            String key = p.magic() ? "[" + p.name() + "=]" + value : p.name() + "=" + value;
            StringBuilder help = new StringBuilder(p.required() ? "(required) " : "").append(p.help());
            if (!p.defaultValue().isEmpty()) {
                help.append(" (default: ").append(p.secret() ? "***" : p.defaultValue()).append(')');
            }
            if (p.repeatable()) {
                help.append("; repeatable");
            }
            if (!p.aliases().isEmpty()) {
                help.append("; also ").append(String.join("=, ", p.aliases())).append('=');
            }
            text.add(columns(key, help.toString()));
        }
        if (kind.open()) {
            text.add(columns("KEY=VALUE", "any other key"));
        } else if (kind.parameters().isEmpty()) {
            text.add("  takes no parameters");
        }
        return text.toString();
    }

    /** The server's version, and a line for each layer. */
    String version(Optional<Chain> chain) {
        StringJoiner text = new StringJoiner("\n");
        text.add(program + " " + version);
        chain.ifPresent(c -> {
            c.filters().forEach(filter -> text.add(filter.name() + " " + filter.version()));
            text.add(c.plugin().name() + " " + c.plugin().version());
        });
        return text.toString();
    }

    /** Fields of the plugin, then of the filters. */
    String dumpPlugin(Chain chain, String apiVersion) {
        List<String> lines = new ArrayList<>(List.of("path=" + chain.plugin().location(), "name=" + chain.plugin().name(),
                "version=" + chain.plugin().version(), "api_version=" + apiVersion));
        for (ParameterStatus p : chain.plugin().parameters()) {
            if (p.magic()) {
                lines.add("magic_config_key=" + p.name());
            }
        }
        lines.add("bundle=" + chain.plugin().bundle());
        lines.add("parameters=" + names(chain.plugin()));
        for (KindStatus filter : chain.filters()) {
            String key = filter.name() + "_";
            lines.add(key + "path=" + filter.location());
            lines.add(key + "name=" + filter.name());
            lines.add(key + "version=" + filter.version());
            lines.add(key + "bundle=" + filter.bundle());
            lines.add(key + "parameters=" + names(filter));
        }
        return String.join("\n", lines);
    }

    private static String names(KindStatus kind) {
        return String.join(",", kind.parameters().stream().map(ParameterStatus::name).toList());
    }

    /** How the server was built; keys as nbdkit's where the thing exists, in their order. */
    String dumpConfig(Path home) {
        String[] numbers = (version + ".0").split("[.-]");
        boolean exitsWithParent = Option.EXIT_WITH_PARENT.state().maturity() == Option.Maturity.DONE;
        boolean tls = Option.TLS.state().maturity() == Option.Maturity.DONE;
        return String.join("\n",
                "binary=" + home.resolve("bin").resolve("sluice"),
                "bindir=" + home.resolve("bin"),
                "exit_with_parent=" + (exitsWithParent ? "yes" : "no"),
                "filterdir=" + home.resolve("filters"),
                "host_cpu=" + System.getProperty("os.arch"),
                "host_os=" + System.getProperty("os.name"),
                "java_home=" + System.getProperty("java.home"),
                "java_version=" + System.getProperty("java.version"),
                "libdir=" + home.resolve("lib"),
                "name=" + program,
                "plugindir=" + home.resolve("plugins"),
                "run_default_socket=Unix",
                "selinux=no",
                "timeout_option=yes",
                "tls=" + (tls ? "yes" : "no"),
                "version=" + version,
                "version_major=" + numbers[0],
                "version_minor=" + numbers[1],
                "vsock_option=no");
    }

    /** All long, or all short options, with hyphens, one per line. */
    static String names(boolean longOnes) {
        StringJoiner text = new StringJoiner("\n");
        for (Option option : Option.values()) {
            option.names().stream().filter(name -> name.startsWith("--") == longOnes).forEach(text::add);
        }
        return text.toString();
    }

    private static String columns(String left, String right) {
        String start = "  " + left;
        boolean fits = start.length() < COLUMN - 1;
        return start + (fits ? " ".repeat(COLUMN - start.length()) : "\n" + " ".repeat(COLUMN)) + right;
    }
}
