package dev.sluice.plugin.tmpdisk;

import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.SharedFile;
import dev.sluice.api.util.Failures;
import dev.sluice.shared.newdisk.DiskCommand;
import dev.sluice.shared.newdisk.DiskFile;
import dev.sluice.shared.newdisk.DiskFileDevice;
import dev.sluice.shared.newdisk.PrivateDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * One client's disk. Its file has no name any more when the client gets to see it, so that it goes with the last one who
 * has it open, also when the server is killed.
 */
final class TmpdiskDevice extends DiskFileDevice {
    private static final String FORMAT = "dev.sluice.plugin.tmpdisk";
    private static final int VERSION = 1;

    private final DiskCommand command;
    private final Path directory;
    private final OpenRequest request;

    TmpdiskDevice(DiskCommand command, Path directory, OpenRequest request) {
        super(!request.readOnly(), false);
        this.command = command;
        this.directory = directory;
        this.request = request;
    }

    @Override
    public void prepare() throws IOException {
        if (disk() != null) {
            return;
        }
        try (PrivateDirectory own = PrivateDirectory.in(directory, "sluice-tmpdisk-")) {
            Path path = own.path().resolve("disk");
            command.make(request, path);
            use(DiskFile.open(request, path, isWritable()));
        } catch (NbdException e) {
            throw e;
        } catch (IOException e) {
            throw new NbdException(NbdError.EIO, "tmpdisk: no temporary file in " + directory + ": " + Failures.reason(e), e);
        }
    }

    @Override
    public Optional<HandOver> release() {
        DiskFile released = disk();
        use(null);
        return released == null ? Optional.empty() : Optional.of(new HandOver(FORMAT, VERSION, Map.of("file", released.shared())));
    }

    @Override
    public void adopt(HandOver state) throws IOException {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            throw new ConfigException("tmpdisk takes over a disk of format '" + FORMAT + "' version " + VERSION + ", not of '"
                    + state.format() + "' version " + state.version());
        }
        use(new DiskFile((SharedFile) state.state().get("file")));
    }

    @Override
    public void close() throws IOException {
        DiskFile open = disk();
        use(null);
        if (open != null) {
            open.close();
        }
    }
}
