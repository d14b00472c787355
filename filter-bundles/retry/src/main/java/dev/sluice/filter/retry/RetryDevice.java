package dev.sluice.filter.retry;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import dev.sluice.shared.devices.ResumingSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One connection's device: what the client was told at first stays, and each request is checked against what is open now,
 * because that may have become smaller or have lost a capability.
 */
final class RetryDevice implements NbdDevice {
    private static final String FORMAT = "dev.sluice.filter.retry.connection";
    private static final int VERSION = 1;

    private final Behind behind;
    private DeviceInfo info;
    private List<MetaContext> contexts = List.of();

    RetryDevice(NextLayer layer, OpenRequest request, Patience patience) {
        this.behind = new Behind(layer, request, patience);
    }

    /** Opens only now, because then the device comes prepared, and a size that can't be had is tried again as well. */
    @Override
    public void prepare() throws IOException {
        behind.open();
        NbdDevice first = behind.device();
        contexts = List.copyOf(first.contexts());
        if (info == null) {
            info = first.info();
        } else {
            behind.compare(info);
        }
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public List<MetaContext> contexts() {
        return contexts;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        behind.begin();
        while (true) {
            try {
                NbdDevice now = behind.device();
                checkRange(now, offset, length, NbdError.EIO);
                now.read(offset, length, reply);
                return;
            } catch (IOException e) {
                again("read", e);
            }
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        checkStillWritable();
        behind.begin();
        int start = data.position();
        while (true) {
            try {
                NbdDevice now = behind.device();
                checkChange(now, offset, data.remaining(), flags);
                now.write(offset, data, flags);
                return;
            } catch (IOException e) {
                data.position(start);
                againForChange("write", e);
            }
        }
    }

    @Override
    public void flush() throws IOException {
        behind.begin();
        while (true) {
            try {
                NbdDevice now = behind.device();
                require(now.info().canFlush(), NbdError.EIO, "has no flush any more");
                now.flush();
                return;
            } catch (IOException e) {
                again("flush", e);
            }
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        checkStillWritable();
        behind.begin();
        while (true) {
            try {
                NbdDevice now = behind.device();
                checkChange(now, offset, length, flags);
                require(now.info().canTrim(), NbdError.EIO, "has no trim any more");
                now.trim(offset, length, flags);
                return;
            } catch (IOException e) {
                againForChange("trim", e);
            }
        }
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        checkStillWritable();
        behind.begin();
        while (true) {
            try {
                NbdDevice now = behind.device();
                checkChange(now, offset, length, flags);
                require(now.info().zero() != Support.NONE, NbdError.EIO, "has no write zeroes any more");
                require(!flags.fastZero() || now.info().canFastZero(), NbdError.ENOTSUP, "has no fast zero any more");
                now.zero(offset, length, flags);
                return;
            } catch (IOException e) {
                if (flags.fastZero() && e instanceof NbdException known && known.error() == NbdError.ENOTSUP) {
                    // an answer and no failure
                    throw e;
                }
                againForChange("zero", e);
            }
        }
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        behind.begin();
        while (true) {
            try {
                NbdDevice now = behind.device();
                require(now.info().cache() != Support.NONE, NbdError.EIO, "has no cache any more");
                checkRange(now, offset, length, NbdError.EIO);
                now.cache(offset, length);
                return;
            } catch (IOException e) {
                again("cache", e);
            }
        }
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        ResumingSink resuming = new ResumingSink(sink, offset);
        behind.begin();
        while (true) {
            try {
                NbdDevice now = behind.device();
                require(now.info().extents() || !info.extents(), NbdError.EIO, "does not know its extents any more");
                checkRange(now, offset, length, NbdError.EIO);
                now.status(context, offset, length, flags, resuming);
                return;
            } catch (IOException e) {
                if (resuming.isFinished()) {
                    return;
                }
                again("status", e);
            }
        }
    }

    private void again(String operation, IOException failure) throws IOException {
        behind.again(operation, failure);
        behind.compare(info);
    }

    /** As above; but what is opened read-only from now on will never take a change. */
    private void againForChange(String operation, IOException failure) throws IOException {
        again(operation, failure);
        checkStillWritable();
    }

    private void checkStillWritable() throws NbdException {
        require(!behind.isForcedReadOnly(), NbdError.EROFS, "was opened read-only after a failure");
    }

    private static void checkRange(NbdDevice now, long offset, long length, NbdError error) throws NbdException {
        require(offset <= now.info().size() - length, error, "is smaller than before, the request goes beyond its end");
    }

    private void checkChange(NbdDevice now, long offset, long length, Flags flags) throws NbdException {
        require(now.info().isWritable(), NbdError.EROFS, "can't be written any more");
        checkRange(now, offset, length, NbdError.ENOSPC);
        require(!flags.fua() || now.info().fua() != Support.NONE, NbdError.EIO, "has no FUA any more");
    }

    private static void require(boolean kept, NbdError error, String what) throws NbdException {
        if (!kept) {
            throw new NbdException(error, "what is behind " + what);
        }
    }

    /** What the client was told, because what is open now may say something else. */
    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("read-only", behind.isForcedReadOnly(), "info", Promise.write(info))));
    }

    @Override
    public void adopt(HandOver state) {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            throw new ConfigException("retry: can't take over state of format '" + state.format() + "' version " + state.version());
        }
        info = Promise.read((Map<?, ?>) state.state().get("info"));
        behind.forceReadOnly((Boolean) state.state().get("read-only"));
    }
}
