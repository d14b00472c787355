package dev.sluice.filter.multiconn;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/** Follows what its connection reads and writes, and makes a flush reach the others. */
final class MultiConnDevice extends ForwardingDevice {
    private final MultiConnFilter filter;
    private final String exportName;
    private final Member self;
    private Mode mode;
    private Group group;
    private boolean member;

    MultiConnDevice(NbdDevice next, MultiConnFilter filter, String exportName, Member self, Mode mode) {
        super(next);
        this.filter = filter;
        this.exportName = exportName;
        this.self = self;
        this.mode = mode;
    }

    @Override
    public void prepare() throws IOException {
        if (mode == Mode.AUTO) {
            mode = next.info().multiConn() ? Mode.PLUGIN : Mode.EMULATE;
        }
        if (mode == Mode.EMULATE && !next.info().canFlush()) {
            throw new NbdException(NbdError.EINVAL, "emulating multi-conn needs flush, which the layer behind does not have");
        }
        group = filter.join(exportName, self);
        member = true;
    }

    @Override
    public DeviceInfo info() {
        DeviceInfo behind = next.info();
        return switch (mode) {
            case PLUGIN -> behind;
            case DISABLE -> behind.with().multiConn(false).build();
            case UNSAFE -> behind.with().multiConn(true).build();
            // what is native behind covers one connection only, so a flush of all has to follow
            case EMULATE, AUTO -> behind.with().multiConn(true)
                    .fua(behind.fua() == Support.NATIVE ? Support.EMULATE : behind.fua()).build();
        };
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        try {
            next.read(offset, length, reply);
        } finally {
            group.read(self);
        }
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        try {
            next.cache(offset, length);
        } finally {
            group.read(self);
        }
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        try {
            next.status(context, offset, length, flags, sink);
        } finally {
            group.read(self);
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        boolean stable = false;
        try {
            next.write(offset, data, flags);
            stable = flags.fua();
        } finally {
            changed(stable);
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        boolean stable = false;
        try {
            next.trim(offset, length, flags);
            stable = flags.fua();
        } finally {
            changed(stable);
        }
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        boolean stable = false;
        try {
            next.zero(offset, length, flags);
            stable = flags.fua();
        } finally {
            changed(stable);
        }
    }

    @Override
    public void flush() throws IOException {
        if (mode == Mode.EMULATE) {
            group.flushAll(self);
        } else {
            group.flushOne(self, next.info().multiConn());
        }
    }

    /** What has to be flushed if the connection ends on the successor. */
    @Override
    public Optional<HandOver> release() {
        return self.isUnflushed()
                ? Optional.of(new HandOver(MultiConnFilter.FORMAT, MultiConnFilter.VERSION, Map.of("unflushed", true)))
                : Optional.empty();
    }

    @Override
    public void adopt(HandOver state) {
        MultiConnFilter.check(state);
        self.markWritten();
    }

    @Override
    public void finish() throws IOException {
        leave(mode == Mode.EMULATE && next.info().isWritable());
    }

    @Override
    public void close() throws IOException {
        leave(false);
    }

    private void leave(boolean flush) throws IOException {
        if (member) {
            member = false;
            filter.leave(exportName, self, flush);
        }
    }

    /** What was written with FUA needs no flush, once it has succeeded. */
    private void changed(boolean stable) {
        if (!stable) {
            group.wrote(self);
        }
    }
}
