package dev.sluice.plugin.ondemand;

import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Names of exports that are names of files. */
final class ExportNames {
    /** What the empty name stands for. */
    static final String DEFAULT = "default";

    /** In bytes: what file systems allow. */
    private static final int MAX_LENGTH = 255;
    private static final int MAX_EXPORTS = 10_000;

    private ExportNames() {
    }

    /**
     * The name of the file. It has nothing in it that leads out of the directory, and can't be one of the plugin's own files,
     * which start with a dot.
     *
     * @throws NbdException if a client may not ask for this name
     */
    static String checked(String exportName) throws NbdException {
        String name = exportName.isEmpty() ? DEFAULT : exportName;
        if (!isAllowed(name)) {
            throw new NbdException(NbdError.EINVAL, "ondemand: export name '" + name.replace('\0', '?')
                    + "' can't be used: it must have at most " + MAX_LENGTH + " bytes, no / and no dot at its start");
        }
        return name;
    }

    private static boolean isAllowed(String name) {
        return !name.isEmpty()
                && name.charAt(0) != '.'
                && name.indexOf('/') < 0
                && (name.indexOf('\\') < 0 || File.separatorChar == '/')
                && name.indexOf('\0') < 0
                && name.getBytes(StandardCharsets.UTF_8).length <= MAX_LENGTH;
    }

    /** The disks that are there, sorted by name. */
    static List<ExportInfo> list(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (isAllowed(name) && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS) && names.size() < MAX_EXPORTS) {
                    names.add(name);
                }
            }
        }
        names.sort(null);
        return names.stream().map(name -> new ExportInfo(name, "")).toList();
    }
}
