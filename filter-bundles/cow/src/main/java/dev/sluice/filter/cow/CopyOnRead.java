package dev.sluice.filter.cow;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Booleans;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Whether bytes that are read go into the overlay: always, never, or while a file exists. Immutable. */
final class CopyOnRead {
    private final boolean always;
    private final Path whileExists;

    private CopyOnRead(boolean always, Path whileExists) {
        this.always = always;
        this.whileExists = whileExists;
    }

    /**
     * From the operator's text: a boolean, or a path that starts with a slash.
     *
     * @throws ConfigException if it is neither
     */
    static CopyOnRead parse(String text) {
        if (text.startsWith("/")) {
            try {
                return new CopyOnRead(false, Path.of(text));
            } catch (InvalidPathException e) {
                throw new ConfigException("cow: cow-on-read=" + text + ": no file can have this name: " + e.getReason(), e);
            }
        }
        try {
            return new CopyOnRead(Booleans.parse(text), null);
        } catch (ConfigException e) {
            throw new ConfigException("cow: cow-on-read=" + text + ": it is a boolean, or a file name that starts with /", e);
        }
    }

    /** Looked up for each read. */
    boolean isOn() {
        return always || whileExists != null && Files.exists(whileExists);
    }
}
