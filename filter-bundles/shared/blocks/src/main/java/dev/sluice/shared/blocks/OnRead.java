package dev.sluice.shared.blocks;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Booleans;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Whether bytes that are read are kept: always, never, or while a file exists. Immutable. */
public final class OnRead {
    private final boolean always;
    private final Path whileExists;

    private OnRead(boolean always, Path whileExists) {
        this.always = always;
        this.whileExists = whileExists;
    }

    /**
     * From the operator's text: a boolean, or a path that starts with a slash.
     *
     * @param kind name of the filter, for messages
     * @param key the parameter, for messages
     * @throws ConfigException if it is neither
     */
    public static OnRead parse(String kind, String key, String text) {
        if (text.startsWith("/")) {
            try {
                return new OnRead(false, Path.of(text));
            } catch (InvalidPathException e) {
                throw new ConfigException(kind + ": " + key + "=" + text + ": no file can have this name: " + e.getReason(), e);
            }
        }
        try {
            return new OnRead(Booleans.parse(text), null);
        } catch (ConfigException e) {
            throw new ConfigException(kind + ": " + key + "=" + text + ": it is a boolean, or a file name that starts with /", e);
        }
    }

    /** Looked up for each read. */
    public boolean isOn() {
        return always || whileExists != null && Files.exists(whileExists);
    }
}
