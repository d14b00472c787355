package dev.sluice.filter.pause;

import dev.sluice.api.Cancellation;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds the requests of one connection while paused. */
final class PauseDevice extends ForwardingDevice {
    private final PauseState state;
    private final Cancellation cancellation;
    private final AtomicInteger inside;

    PauseDevice(NbdDevice next, PauseState state, Cancellation cancellation) {
        super(next);
        this.state = state;
        this.cancellation = cancellation;
        this.inside = state.newCounter();
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        state.enter(inside, cancellation);
        try {
            next.read(offset, length, reply);
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        state.enter(inside, cancellation);
        try {
            next.write(offset, data, flags);
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public void flush() throws IOException {
        state.enter(inside, cancellation);
        try {
            next.flush();
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        state.enter(inside, cancellation);
        try {
            next.trim(offset, length, flags);
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        state.enter(inside, cancellation);
        try {
            next.zero(offset, length, flags);
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        state.enter(inside, cancellation);
        try {
            next.cache(offset, length);
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        state.enter(inside, cancellation);
        try {
            next.status(context, offset, length, flags, sink);
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public void close() {
        state.forget(inside);
    }
}
