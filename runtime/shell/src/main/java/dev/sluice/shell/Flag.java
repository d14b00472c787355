package dev.sluice.shell;

/** An option of commands; {@link Command} says which command takes which. */
enum Flag {
    DRY_RUN("--dry-run", "", "only say what would be done"),
    CHANGES_DATA("--changes-data", "", "clients may see other bytes afterwards"),
    FORCE("--force", "", "what a layer can't bring home, or clients, may be lost"),
    SAVE("--save", "", "write it to the configuration, so that it outlives a restart"),
    READ_ONLY("--read-only", "", "clients may only read"),
    FILTER("--filter", "FILTER [key=value…]", "a filter; the first one is nearest the client"),
    BEFORE("--before", "LAYER", "nearer to the client than that layer"),
    AFTER("--after", "LAYER", "nearer to the plugin than that layer"),
    MODE("--mode", "hide|safe|soft|hard", "what happens to clients"),
    DRAIN("--drain", "SECONDS", "how long requests may take to end");

    private final String text;
    private final String argument;
    private final String help;

    Flag(String text, String argument, String help) {
        this.text = text;
        this.argument = argument;
        this.help = help;
    }

    /** As it is written. */
    String text() {
        return text;
    }

    /** What follows it; empty for a switch. */
    String argument() {
        return argument;
    }

    /** Whether the next word belongs to it. */
    boolean hasArgument() {
        return !argument.isEmpty();
    }

    /** What it does, in a few words. */
    String help() {
        return help;
    }
}
