package dev.sluice.shell;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The commands: one table that parsing, help, completion and {@code docs/shell.md} go by. */
enum Command {
    PLUGINS("plugins", "", 0, 0, "the plugins that are there", "", List.of()),
    FILTERS("filters", "", 0, 0, "the filters that are there", "", List.of()),
    LIST("list", "", 0, 0, "exports and listeners", "", List.of()),
    CONNECTIONS("connections", "[EXPORT]", 0, 1, "who is connected", "", List.of()),
    STATS("stats", "[EXPORT]", 0, 1, "the layers of exports, with their counters", "", List.of()),
    LATENCY("latency", "[EXPORT]", 0, 1, "how long requests of exports take, by operation and layer",
            "Of the layers one request in 32 is measured, with all that lies behind.", List.of()),
    SWAPS("swaps", "[EXPORT]", 0, 1, "what live changes did, the latest first", "", List.of()),
    WHY("why", "EXPORT", 1, 1, "what an export waits for or why it failed", "", List.of()),
    EXPORT("export", "NAME PLUGIN [key=value…]", 2, Integer.MAX_VALUE, "make an export and start it",
            "One that can't be served is not made; one whose plugin or filter is not there yet waits for it.",
            List.of(Flag.FILTER, Flag.READ_ONLY, Flag.DRY_RUN, Flag.SAVE)),
    START("start", "NAME", 1, 1, "start an export that was stopped", "", List.of(Flag.SAVE)),
    STOP("stop", "NAME", 1, 1, "stop an export; its definition stays",
            "Modes: hide takes no new clients; safe, the default, refuses while there are clients; soft answers new requests with "
                    + "ESHUTDOWN and closes the connections when the others have ended; hard closes them at once.",
            List.of(Flag.MODE, Flag.DRAIN, Flag.SAVE)),
    DELETE("delete", "NAME", 1, 1, "stop an export and forget it, with what it keeps for a successor",
            "Refused while there are clients, without --force.", List.of(Flag.FORCE, Flag.SAVE)),
    INSERT("insert", "EXPORT FILTER [key=value…]", 2, Integer.MAX_VALUE, "put a filter into a live chain, nearest the client unless told",
            "", List.of(Flag.BEFORE, Flag.AFTER, Flag.DRY_RUN, Flag.CHANGES_DATA, Flag.FORCE, Flag.SAVE)),
    REMOVE("remove", "EXPORT LAYER", 2, 2, "take a filter out of a live chain", "",
            List.of(Flag.DRY_RUN, Flag.CHANGES_DATA, Flag.FORCE, Flag.SAVE)),
    MOVE("move", "EXPORT LAYER", 2, 2, "move a filter to another place of a live chain", "",
            List.of(Flag.BEFORE, Flag.AFTER, Flag.DRY_RUN, Flag.CHANGES_DATA, Flag.FORCE, Flag.SAVE)),
    REPLACE("replace", "EXPORT LAYER KIND [key=value…]", 3, Integer.MAX_VALUE, "put another layer in the place of one",
            "A plugin can only be replaced by one with the same size; contents are compared, unless --changes-data is given.",
            List.of(Flag.DRY_RUN, Flag.CHANGES_DATA, Flag.FORCE, Flag.SAVE)),
    SET("set", "EXPORT LAYER key=value…", 3, Integer.MAX_VALUE, "change parameters of a layer",
            "They take the place of all words with the same key.",
            List.of(Flag.DRY_RUN, Flag.CHANGES_DATA, Flag.FORCE, Flag.SAVE)),
    UPGRADE("upgrade", "FILE-OR-URL", 1, 1, "put a new bundle beside the old one and move all layers over",
            "If any export refuses, all stay with the old bundle. With --save the new one also takes the place of the old one in bundles/ "
                    + "of a server's directory.",
            List.of(Flag.DRY_RUN, Flag.CHANGES_DATA, Flag.FORCE, Flag.SAVE)),
    HELP("help", "[COMMAND]", 0, 1, "all commands, or one", "", List.of());

    /** In front of the names of all commands. */
    static final String SCOPE = "nbd";

    private final String text;
    private final String words;
    private final int least;
    private final int most;
    private final String summary;
    private final String details;
    private final List<Flag> flags;

    Command(String text, String words, int least, int most, String summary, String details, List<Flag> flags) {
        this.text = text;
        this.words = words;
        this.least = least;
        this.most = most;
        this.summary = summary;
        this.details = details;
        this.flags = flags;
    }

    /** The command with this name, with or without the scope. */
    static Optional<Command> find(String name) {
        String plain = name.startsWith(SCOPE + ":") ? name.substring(SCOPE.length() + 1) : name;
        return Arrays.stream(values()).filter(c -> c.text.equals(plain)).findFirst();
    }

    /** Its name without the scope. */
    String text() {
        return text;
    }

    /** With the scope. */
    String full() {
        return SCOPE + ":" + text;
    }

    /** How many words it needs, options aside. */
    int least() {
        return least;
    }

    /** How many words it takes at most, options aside. */
    int most() {
        return most;
    }

    /** Half a line. */
    String summary() {
        return summary;
    }

    /** Sentences, or empty. */
    String details() {
        return details;
    }

    /** The options that it takes. */
    List<Flag> flags() {
        return flags;
    }

    /** The whole command: {@code nbd:move EXPORT LAYER --before LAYER|--after LAYER [--dry-run] …}. */
    String synopsis() {
        StringBuilder s = new StringBuilder(full()).append(words.isEmpty() ? "" : " ").append(words);
        for (Flag flag : flags) {
            if (flag == Flag.AFTER) {
                continue;
            }
            String one = flag.text() + (flag.hasArgument() ? " " + flag.argument() : "");
            if (flag == Flag.BEFORE) {
                one += " | " + Flag.AFTER.text() + " " + Flag.AFTER.argument();
            }
            s.append(' ').append(flag == Flag.BEFORE && this == MOVE ? "(" + one + ")" : "[" + one + "]");
            s.append(flag == Flag.FILTER ? "…" : "");
        }
        return s.toString();
    }
}
