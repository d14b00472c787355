package dev.sluice.plugin.ondemand;

import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.SharedFile;
import dev.sluice.api.util.Failures;
import dev.sluice.shared.newdisk.DiskFile;
import dev.sluice.shared.newdisk.DiskFileDevice;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** One client's use of a disk. */
final class OndemandDevice extends DiskFileDevice {
    private static final String FORMAT = "dev.sluice.plugin.ondemand";
    private static final int VERSION = 1;

    private final DiskDirectory disks;
    private final String name;
    private final OpenRequest request;
    private DiskDirectory.Held held;

    OndemandDevice(DiskDirectory disks, String name, OpenRequest request) {
        super(!request.readOnly(), disks.isShared());
        this.disks = disks;
        this.name = name;
        this.request = request;
    }

    /** Not in open: a device that takes over its disk must not ask for it first. */
    @Override
    public void prepare() throws IOException {
        if (held != null) {
            return;
        }
        try {
            hold(disks.open(name, isWritable(), request));
        } catch (NbdException e) {
            throw e;
        } catch (IOException e) {
            throw new NbdException(NbdError.EIO, "ondemand: the file system '" + name + "' can't be made: " + Failures.reason(e), e);
        }
    }

    private void hold(DiskDirectory.Held now) {
        held = now;
        use(now == null ? null : now.file());
    }

    @Override
    public Optional<HandOver> release() throws IOException {
        if (held == null) {
            return Optional.empty();
        }
        Map<String, Object> state = new HashMap<>(Map.of("file", held.file().shared()));
        if (held.lock() != null) {
            state.put("lock", held.lock());
        }
        disks.release(name);
        hold(null);
        return Optional.of(new HandOver(FORMAT, VERSION, state));
    }

    @Override
    public void adopt(HandOver state) throws IOException {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            throw new ConfigException("ondemand takes over a disk of format '" + FORMAT + "' version " + VERSION + ", not of '"
                    + state.format() + "' version " + state.version());
        }
        DiskFile file = new DiskFile((SharedFile) state.state().get("file"));
        DiskDirectory.Held now = new DiskDirectory.Held(file, (FileLock) state.state().get("lock"));
        disks.adopt(name, isWritable(), now);
        hold(now);
    }

    @Override
    public void close() throws IOException {
        DiskDirectory.Held before = held;
        hold(null);
        if (before != null) {
            disks.close(name, before);
        }
    }
}
