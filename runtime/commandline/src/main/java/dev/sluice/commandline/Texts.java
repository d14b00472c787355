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

    private final Program entry;
    private final String program;
    private final String apiVersion;

    /**
     * For a program.
     *
     * @param apiVersion what plugins are bound to
     */
    Texts(Program entry, String apiVersion) {
        this.entry = entry;
        this.program = entry.name();
        this.apiVersion = apiVersion;
    }

    /**
     * What is printed without a look at the rest of the line; the first such option counts, as in nbdkit.
     *
     * @param home the distribution
     */
    Optional<String> alone(OptionParser.Line line, Path home) {
        for (OptionParser.Given given : line.options()) {
            switch (given.option()) {
                case DUMP_CONFIG:
                    return Optional.of(dumpConfig(home));
                case DUMP_MAN:
                    return Optional.of(new ManPage(entry).text());
                case LONG_OPTIONS, SHORT_OPTIONS:
                    return Optional.of(names(given.option() == Option.LONG_OPTIONS));
                default:
                    break;
            }
        }
        return Optional.empty();
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
            String state = option.state().maturity() == Option.Maturity.DONE ? "" : " (not possible on a JVM)";
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
        text.add(entry.line());
        chain.ifPresent(c -> {
            c.filters().forEach(filter -> text.add(filter.name() + " " + filter.version()));
            text.add(c.plugin().name() + " " + c.plugin().version());
        });
        return text.toString();
    }

    /** Fields of the plugin, then of the filters. */
    String dumpPlugin(Chain chain) {
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

    /** How the server was built; nbdkit's keys where the thing exists, in their order. */
    String dumpConfig(Path home) {
        String[] numbers = (entry.version() + ".0").split("[.-]");
        StringJoiner text = new StringJoiner("\n");
        text.add("binary=" + home.resolve("bin").resolve(program));
        text.add("bindir=" + home.resolve("bin"));
        text.add("exit_with_parent=yes");
        text.add("filterdir=" + home.resolve("filters"));
        text.add("host_cpu=" + (System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch")));
        text.add("host_os=" + (System.getProperty("os.name").equals("Linux") ? "linux-gnu" : System.getProperty("os.name")));
        text.add("java_home=" + System.getProperty("java.home"));
        text.add("java_version=" + System.getProperty("java.version"));
        text.add("libdir=" + home.resolve("lib"));
        text.add("max_api_version=" + apiVersion);
        text.add("name=" + program);
        text.add("plugindir=" + home.resolve("plugins"));
        text.add("root_tls_certificates_dir=/etc/pki/nbdkit");
        text.add("run_default_socket=Unix");
        text.add("sbindir=" + home.resolve("bin"));
        text.add("selinux=no");
        text.add("sluice_version=" + entry.sluiceVersion());
        text.add("soext=jar");
        text.add("sysconfdir=/etc");
        text.add("timeout_option=yes");
        text.add("tls=yes");
        text.add("version=" + entry.version());
        if (!entry.versionExtra().isEmpty()) {
            text.add("version_extra=" + entry.versionExtra());
        }
        text.add("version_major=" + numbers[0]);
        text.add("version_minor=" + numbers[1]);
        text.add("vsock_option=no");
        text.add("zstd=no");
        return text.toString();
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
