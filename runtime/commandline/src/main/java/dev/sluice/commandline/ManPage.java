package dev.sluice.commandline;

import java.util.StringJoiner;
import java.util.stream.Collectors;

/** The manual page, in the language of {@code man}: the options from the same table as {@code --help}, and what is around them. */
final class ManPage {
    private final Program program;

    ManPage(Program program) {
        this.program = program;
    }

    /** All of it, without a line feed at the end. */
    String text() {
        String name = program.name();
        StringJoiner page = new StringJoiner("\n");
        page.add(".TH " + name.toUpperCase(java.util.Locale.ROOT) + " 1 \"\" \"" + roff(program.line()) + "\" \"NBD server\"");
        section(page, "NAME", name + " \\- serves disks over NBD from plugins and filters that can change under their clients");
        page.add(".SH SYNOPSIS");
        synopsis(page, "[\\fIOPTIONS\\fR] [\\fB\\-\\-filter=\\fIFILTER\\fR ...] \\fIPLUGIN\\fR [[\\fIKEY\\fR=]\\fIVALUE\\fR ...]");
        synopsis(page, "\\fB\\-\\-dump\\-config\\fR");
        synopsis(page, "[\\fB\\-\\-filter=\\fIFILTER\\fR ...] \\fIPLUGIN\\fR \\fB\\-\\-dump\\-plugin\\fR");
        synopsis(page, "\\fB\\-\\-help\\fR | \\fB\\-\\-version\\fR [\\fIPLUGIN\\fR]");
        if (!program.standsInForNbdkit()) {
            synopsis(page, "server \\fB\\-\\-dir\\fR \\fIDIR\\fR [\\fIOPTIONS\\fR]");
            synopsis(page, "shell \\fB\\-\\-dir\\fR \\fIDIR\\fR [\\fICOMMAND\\fR]");
            synopsis(page, "new plugin | filter \\fINAME\\fR [\\fB\\-\\-dir\\fR \\fIDIR\\fR]");
        }
        section(page, "DESCRIPTION", "Serves a plugin's disk over NBD, seen through filters, and goes into the background when clients can"
                + " connect.\n"
                + "The first word is the plugin, or the file of a bundle that has one.\n"
                + "A following word is KEY=VALUE if what stands before the first = begins with a letter and has only letters, digits, dots,"
                + " underscores and hyphens; otherwise it is the value of the key that the plugin declares for bare words.\n"
                + "A key goes to the outermost filter that declares it, else to the plugin.\n"
                + "\\fB" + name + " \\-\\-help\\fR \\fIPLUGIN\\fR shows what a plugin takes.\n"
                + "Options may stand anywhere; \\-\\- ends them. Long ones may be shortened as long as only one is meant.");
        page.add(".SH OPTIONS");
        for (Option option : Option.values()) {
            option(page, option);
        }
        section(page, "EXIT STATUS", "0 when the server runs in the background or has ended because it was told to (SIGTERM, SIGINT,"
                + " SIGHUP); 1 if it could not start. With \\fB\\-\\-run\\fR the status of the command, 128 + N if signal N ended it.");
        page.add(".SH ENVIRONMENT");
        variable(page, "JAVA_HOME", "the JDK to use, 17 or newer; otherwise the newest that is found");
        variable(page, "JVM_OPTIONS", "more options for the JVM, separated by blanks");
        variable(page, "TMPDIR", "where temporary files go");
        variable(page, "LISTEN_PID, LISTEN_FDS", "socket activation: the server listens on descriptor 3, in the foreground");
        section(page, "SEE ALSO", "\\fBnbdinfo\\fR(1), \\fBnbdcopy\\fR(1), \\fBqemu\\-img\\fR(1)");
        return page.toString();
    }

    private static void section(StringJoiner page, String title, String text) {
        page.add(".SH " + title);
        page.add(text);
    }

    private void synopsis(StringJoiner page, String rest) {
        page.add("\\fB" + program.name() + "\\fR " + rest);
        page.add(".br");
    }

    private static void option(StringJoiner page, Option option) {
        String argument = option.argument().map(a -> " \\fI" + roff(a) + "\\fR").orElse("");
        page.add(".TP");
        page.add(option.names().stream().map(name -> "\\fB" + roff(name) + "\\fR" + argument).collect(Collectors.joining(", ")));
        boolean possible = option.state().maturity() != Option.Maturity.IMPOSSIBLE;
        page.add(roff(option.help()) + "." + (possible ? "" : " Not possible on a JVM: " + roff(option.state().why()) + "."));
    }

    private static void variable(StringJoiner page, String name, String text) {
        page.add(".TP");
        page.add("\\fB" + roff(name) + "\\fR");
        page.add(text);
    }

    private static String roff(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-");
    }
}
