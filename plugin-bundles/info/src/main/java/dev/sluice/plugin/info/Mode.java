package dev.sluice.plugin.info;

import dev.sluice.api.ConfigException;
import java.util.Locale;

/** What the disk tells. */
enum Mode {
    /** The bytes of the export name. */
    EXPORTNAME("exportname"),
    /** What the export name says in base64. */
    BASE64EXPORTNAME("base64exportname"),
    /** Where the client is. */
    ADDRESS("address"),
    /** The time of day, at each read. */
    TIME("time"),
    /** Since the start of the export, at each read. */
    UPTIME("uptime"),
    /** Since the client came, at each read. */
    CONNTIME("conntime"),
    /** The version of this plugin. */
    VERSION("version");

    private static final String RIGHT = "must be one of exportname, base64exportname, address, time, uptime, conntime, version";

    private final String text;

    Mode(String text) {
        this.text = text;
    }

    /**
     * In any case; {@code export-name} and {@code base64-export-name} are nbdkit's other spellings.
     *
     * @throws ConfigException if there is no such mode
     */
    static Mode parse(String word) {
        String lower = word.toLowerCase(Locale.ROOT).replace("export-name", "exportname").replace("base64-", "base64");
        for (Mode mode : values()) {
            if (mode.text.equals(lower)) {
                return mode;
            }
        }
        throw new ConfigException("info: mode=" + word + ": " + RIGHT);
    }

    /** Whether reads give another answer each time. */
    boolean isClock() {
        return this == TIME || this == UPTIME || this == CONNTIME;
    }

    /** Whether all clients of one export name see the same bytes. */
    boolean isShared() {
        return this == EXPORTNAME || this == BASE64EXPORTNAME || this == VERSION;
    }
}
