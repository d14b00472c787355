package dev.sluice.filter.stats;

import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;

/** Times each request of one connection. The counters are the connection's own, so that connections share no cache line. */
final class StatsDevice extends ForwardingDevice {
    private final LayerStats layer;
    private final LongSupplier clock;
    private final Tally tally = new Tally();

    StatsDevice(NbdDevice next, LayerStats layer, LongSupplier clock) {
        super(next);
        this.layer = layer;
        this.clock = clock;
        layer.add(tally);
    }

    private void count(Operation operation, boolean ok, long offset, long length, long start) {
        if (ok) {
            tally.of(operation).succeeded(offset, length, clock.getAsLong() - start);
        } else {
            tally.of(operation).failed();
        }
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        long start = clock.getAsLong();
        boolean ok = false;
        try {
            next.read(offset, length, reply);
            ok = true;
        } finally {
            count(Operation.READ, ok, offset, length, start);
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        int length = data.remaining();
        long start = clock.getAsLong();
        boolean ok = false;
        try {
            next.write(offset, data, flags);
            ok = true;
        } finally {
            count(Operation.WRITE, ok, offset, length, start);
        }
    }

    @Override
    public void flush() throws IOException {
        long start = clock.getAsLong();
        boolean ok = false;
        try {
            next.flush();
            ok = true;
        } finally {
            count(Operation.FLUSH, ok, 0, 0, start);
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        long start = clock.getAsLong();
        boolean ok = false;
        try {
            next.trim(offset, length, flags);
            ok = true;
        } finally {
            count(Operation.TRIM, ok, offset, length, start);
        }
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        long start = clock.getAsLong();
        boolean ok = false;
        try {
            next.zero(offset, length, flags);
            ok = true;
        } finally {
            count(Operation.ZERO, ok, offset, length, start);
        }
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        long start = clock.getAsLong();
        boolean ok = false;
        try {
            next.cache(offset, length);
            ok = true;
        } finally {
            count(Operation.CACHE, ok, offset, length, start);
        }
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        long start = clock.getAsLong();
        boolean ok = false;
        try {
            next.status(context, offset, length, flags, sink);
            ok = true;
        } finally {
            count(Operation.EXTENTS, ok, offset, length, start);
        }
    }

    @Override
    public void close() {
        layer.remove(tally);
    }
}
