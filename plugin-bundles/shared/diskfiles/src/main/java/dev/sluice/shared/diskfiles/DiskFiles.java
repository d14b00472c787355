package dev.sluice.shared.diskfiles;

import dev.sluice.api.OpenRequest;
import dev.sluice.shared.libc.LibC;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens several files for one connection: all or none. */
public final class DiskFiles {
    private DiskFiles() {
    }

    /**
     * Opens the files, for writing if the request allows it.
     *
     * @param lengths how much of each is shown, in bytes; null: all of them as long as they are
     * @throws IOException if one can't be opened; then none is open
     */
    public static List<DiskFile> open(OpenRequest request, List<Path> paths, long[] lengths, Optional<LibC> libc) throws IOException {
        List<DiskFile> files = new ArrayList<>();
        try {
            for (int i = 0; i < paths.size(); i++) {
                files.add(DiskFile.open(request, paths.get(i), !request.readOnly(), lengths == null ? -1 : lengths[i], libc));
            }
            return files;
        } catch (IOException | RuntimeException e) {
            try {
                SegmentedDevice.close(files);
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }
}
