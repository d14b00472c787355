package dev.sluice.core.transport;

import dev.sluice.api.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** Shared keys in the format of psktool: a line for each user, its name and its key in hex, with a colon between. */
final class PskFile {
    private static final long LARGEST = 16 << 20;

    private PskFile() {
    }

    /**
     * Keys by user; of several lines for one user the first counts.
     *
     * @throws ConfigException in one line that never shows any of a key
     */
    static Map<String, byte[]> read(Path file) {
        Map<String, byte[]> keys = new HashMap<>();
        int number = 0;
        for (String line : lines(file)) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw wrong(file, number);
            }
            try {
                byte[] key = HexFormat.of().parseHex(line.substring(colon + 1).strip());
                if (key.length == 0) {
                    throw wrong(file, number);
                }
                keys.putIfAbsent(user(line.substring(0, colon)), key);
            } catch (IllegalArgumentException e) {
                throw wrong(file, number);
            }
        }
        if (keys.isEmpty()) {
            throw new ConfigException(file + " holds no key; psktool makes them");
        }
        return keys;
    }

    /** GnuTLS writes names that are no text as # and hex. */
    private static String user(String name) {
        return name.startsWith("#") && name.length() > 1 ? new String(HexFormat.of().parseHex(name.substring(1)), StandardCharsets.UTF_8)
                : name;
    }

    private static Iterable<String> lines(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new ConfigException(file + " has more than " + LARGEST + " bytes");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines()::iterator;
        } catch (NoSuchFileException e) {
            throw new ConfigException(file + " can't be read: there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new ConfigException(file + " can't be read: permission denied", e);
        } catch (IOException e) {
            throw new ConfigException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    private static ConfigException wrong(Path file, int line) {
        return new ConfigException(file + ", line " + line + ": USER:KEY is meant, the key in hex");
    }
}
