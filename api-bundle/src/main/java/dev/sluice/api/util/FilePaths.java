package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** File names as the operator writes them. See {@link Sizes} about messages. */
public final class FilePaths {
    private FilePaths() {
    }

    /**
     * The absolute path; {@code ..} and links stay as they are, because resolving them can change what is meant.
     *
     * @param directory where the operator stands
     * @throws ConfigException if the text is empty or can't be a path here
     */
    public static Path parse(String text, Path directory) {
        if (text.isEmpty()) {
            throw new ConfigException("a file name cannot be empty");
        }
        try {
            return directory.toAbsolutePath().resolve(text);
        } catch (InvalidPathException e) {
            throw new ConfigException("no file can have this name: " + e.getReason(), e);
        }
    }
}
