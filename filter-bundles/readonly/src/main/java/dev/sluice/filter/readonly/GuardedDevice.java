package dev.sluice.filter.readonly;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Looks for the file before each request that would change something. */
final class GuardedDevice extends ForwardingDevice {
    private final Path file;

    GuardedDevice(NbdDevice next, Path file) {
        super(next);
        this.file = file;
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        check();
        next.write(offset, data, flags);
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        check();
        next.trim(offset, length, flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        check();
        next.zero(offset, length, flags);
    }

    private void check() throws NbdException {
        // a dangling link counts as no file, as for access(2); what can't be looked at counts as none as well
        if (Files.exists(file)) {
            throw new NbdException(NbdError.EPERM, "read-only while " + file + " exists");
        }
    }
}
