package dev.sluice.daemon;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Notices files of a directory that are new, changed or gone, by size, time and identity. A file counts when two looks
 * in a row find it the same, so that one that is still being written is left alone. Names that begin with a dot are
 * passed over. Used by one thread.
 */
final class Watched {
    private final Path directory;
    private final String suffix;
    private Map<String, String> last = new HashMap<>();
    private final Map<String, String> known = new HashMap<>();

    Watched(Path directory, String suffix) {
        this.directory = directory;
        this.suffix = suffix;
    }

    /** What a look found. @param present new or changed @param gone no longer there */
    record Changes(Set<String> present, Set<String> gone) {
    }

    /**
     * Looks.
     *
     * @param first whether files count that were not seen before: nobody else is writing yet
     */
    Changes look(boolean first) throws IOException {
        Map<String, String> now = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!name.startsWith(".") && name.endsWith(suffix)) {
                    signature(file, now);
                }
            }
        }
        Set<String> present = new TreeSet<>();
        for (Map.Entry<String, String> file : now.entrySet()) {
            boolean still = first || file.getValue().equals(last.get(file.getKey()));
            if (still && !file.getValue().equals(known.get(file.getKey()))) {
                present.add(file.getKey());
                known.put(file.getKey(), file.getValue());
            }
        }
        Set<String> gone = new LinkedHashSet<>(known.keySet());
        // a file that is replaced may be away for a moment
        gone.removeIf(name -> now.containsKey(name) || !first && last.containsKey(name));
        gone.forEach(known::remove);
        last = now;
        return new Changes(present, gone);
    }

    /** This file is as it should be: its present state is no change. */
    void accept(String name) throws IOException {
        Map<String, String> now = new HashMap<>();
        signature(directory.resolve(name), now);
        if (now.containsKey(name)) {
            known.put(name, now.get(name));
        } else {
            known.remove(name);
        }
    }

    private static void signature(Path file, Map<String, String> into) throws IOException {
        try {
            BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
            if (a.isRegularFile()) {
                into.put(file.getFileName().toString(), a.size() + " " + a.lastModifiedTime().toMillis() + " " + a.fileKey());
            }
        } catch (NoSuchFileException e) {
            // went between the two calls; the next look counts
            into.remove(file.getFileName().toString());
        }
    }
}
