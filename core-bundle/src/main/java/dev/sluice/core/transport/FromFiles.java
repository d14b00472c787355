package dev.sluice.core.transport;

import dev.sluice.api.ConfigException;
import dev.sluice.core.util.Monitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Something made of files, and made anew when they have changed: who replaces a certificate need not restart anything.
 * Looks at times and sizes when it is asked for, so it costs a few system calls for a connection and nothing in between.
 * Safe for use by several threads.
 *
 * @param <T> immutable
 */
final class FromFiles<T> {
    private static final System.Logger LOG = System.getLogger("dev.sluice.tls");

    private final String what;
    private final List<Path> files;
    private final Supplier<T> load;
    private final Monitor loading;
    private volatile T value;
    /** What the files were like when {@link #value} was made, or could not be; guarded by loading. */
    private List<Object> state;

    /**
     * Makes the first one.
     *
     * @param what for messages
     * @param load throws ConfigException, in one line, if the files can't be used
     * @throws ConfigException that one
     */
    FromFiles(String what, List<Path> files, Supplier<T> load, Monitor loading) {
        this.what = what;
        this.files = files;
        this.load = load;
        this.loading = loading;
        this.state = look();
        this.value = load.get();
    }

    /** The newest that could be made: files that are broken, or half replaced, change nothing until they are whole again. */
    T get() {
        // Whoever comes while another loads takes what was there before.
        if (loading.tryLock()) {
            try {
                refresh();
            } finally {
                loading.unlock();
            }
        }
        return value;
    }

    private void refresh() {
        List<Object> now = look();
        if (now.equals(state)) {
            return;
        }
        // Also of files that can't be used, so that they are reported once.
        state = now;
        try {
            value = load.get();
            LOG.log(System.Logger.Level.INFO, what + ": read again");
        } catch (ConfigException e) {
            LOG.log(System.Logger.Level.WARNING, what + ": " + e.getMessage() + "; what was read before stays in use");
        }
    }

    private List<Object> look() {
        List<Object> seen = new ArrayList<>();
        for (Path file : files) {
            try {
                BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
                seen.add(List.of(a.lastModifiedTime(), a.size(), String.valueOf(a.fileKey())));
            } catch (IOException e) {
                seen.add("none");
            }
        }
        return seen;
    }
}
