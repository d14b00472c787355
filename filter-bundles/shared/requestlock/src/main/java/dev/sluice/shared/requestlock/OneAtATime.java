package dev.sluice.shared.requestlock;

import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The device behind a filter that calls it not only for requests of its own connection: also for those of others, or in the
 * background for the whole layer. Where each connection may have one request at a time, nobody but the filter knows of those
 * calls, so they wait here for each other. Stricter thread models let one call in of all connections, the others any number:
 * then there is nothing to wait for. Safe for use by several threads.
 */
public final class OneAtATime extends ForwardingDevice {
    private final OpenRequest request;
    private final RequestLock lock = new RequestLock();

    /**
     * In front of a device.
     *
     * @param request what the filter's own device was opened with
     */
    public OneAtATime(NbdDevice next, OpenRequest request) {
        super(next);
        this.request = request;
    }

    private boolean enter() throws NbdException {
        if (request.threadModel() != ThreadModel.SERIALIZE_REQUESTS) {
            return false;
        }
        lock.take(request.cancellation());
        return true;
    }

    private void leave(boolean entered) {
        if (entered) {
            lock.giveBack();
        }
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        boolean entered = enter();
        try {
            next.read(offset, length, reply);
        } finally {
            leave(entered);
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        boolean entered = enter();
        try {
            next.write(offset, data, flags);
        } finally {
            leave(entered);
        }
    }

    @Override
    public void flush() throws IOException {
        boolean entered = enter();
        try {
            next.flush();
        } finally {
            leave(entered);
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        boolean entered = enter();
        try {
            next.trim(offset, length, flags);
        } finally {
            leave(entered);
        }
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        boolean entered = enter();
        try {
            next.zero(offset, length, flags);
        } finally {
            leave(entered);
        }
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        boolean entered = enter();
        try {
            next.cache(offset, length);
        } finally {
            leave(entered);
        }
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        boolean entered = enter();
        try {
            next.status(context, offset, length, flags, sink);
        } finally {
            leave(entered);
        }
    }
}
