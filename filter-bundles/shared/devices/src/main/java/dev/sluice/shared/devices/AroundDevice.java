package dev.sluice.shared.devices;

import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Passes every request on, and does the same before and after each of them. Allocates nothing. */
public abstract class AroundDevice extends ForwardingDevice {
    /** In front of a device. */
    protected AroundDevice(NbdDevice next) {
        super(next);
    }

    /**
     * Before a request.
     *
     * @return for {@link #leave}
     * @throws IOException the request fails with this; it is not passed on, and {@link #leave} is not called
     */
    protected abstract boolean enter() throws IOException;

    /**
     * After a request, whether it succeeded or not.
     *
     * @param entered what {@link #enter} has answered
     */
    protected void leave(boolean entered) {
        // nothing, unless a filter says what
    }

    @Override
    public final void read(long offset, int length, ReadReply reply) throws IOException {
        boolean entered = enter();
        try {
            next.read(offset, length, reply);
        } finally {
            leave(entered);
        }
    }

    @Override
    public final void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        boolean entered = enter();
        try {
            next.write(offset, data, flags);
        } finally {
            leave(entered);
        }
    }

    @Override
    public final void flush() throws IOException {
        boolean entered = enter();
        try {
            next.flush();
        } finally {
            leave(entered);
        }
    }

    @Override
    public final void trim(long offset, long length, Flags flags) throws IOException {
        boolean entered = enter();
        try {
            next.trim(offset, length, flags);
        } finally {
            leave(entered);
        }
    }

    @Override
    public final void zero(long offset, long length, Flags flags) throws IOException {
        boolean entered = enter();
        try {
            next.zero(offset, length, flags);
        } finally {
            leave(entered);
        }
    }

    @Override
    public final void cache(long offset, long length) throws IOException {
        boolean entered = enter();
        try {
            next.cache(offset, length);
        } finally {
            leave(entered);
        }
    }

    @Override
    public final void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        boolean entered = enter();
        try {
            next.status(context, offset, length, flags, sink);
        } finally {
            leave(entered);
        }
    }
}
