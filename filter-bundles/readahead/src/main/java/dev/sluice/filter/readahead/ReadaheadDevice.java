package dev.sluice.filter.readahead;

import dev.sluice.api.Cancellation;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import dev.sluice.api.Tasks;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.shared.requestlock.RequestLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Passes everything on, and prefetches in the background. The layers behind may take one request at a time only, which this
 * layer can't know; so a piece is prefetched while no request of any client is under way, and pieces are small, so that
 * requests wait for no more than one.
 */
final class ReadaheadDevice extends ForwardingDevice {
    /** What a request may have to wait for. */
    static final int PIECE = 256 << 10;

    private final RequestLock lock;
    private final Tasks tasks;
    private final Cancellation cancellation;
    private final Runnable cannotPrefetch;
    /** Whether a task waits or runs: one at a time is enough. */
    private final AtomicBoolean busy = new AtomicBoolean();
    /** Null if the device behind can't prefetch. */
    private Window window;
    private volatile boolean failed;

    ReadaheadDevice(NbdDevice next, RequestLock lock, Tasks tasks, Cancellation cancellation, Runnable cannotPrefetch) {
        super(next);
        this.lock = lock;
        this.tasks = tasks;
        this.cancellation = cancellation;
        this.cannotPrefetch = cannotPrefetch;
    }

    @Override
    public void prepare() {
        if (next.info().cache() == Support.NONE) {
            cannotPrefetch.run();
        } else {
            window = new Window(next.info().size());
        }
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        enter();
        try {
            next.read(offset, length, reply);
        } finally {
            leave();
        }
        if (window != null && !failed && window.read(offset, length) && busy.compareAndSet(false, true)) {
            submit();
        }
    }

    private void submit() {
        try {
            tasks.submit(this::prefetch);
        } catch (IllegalStateException e) {
            // The connection ends, or the server has more to do than it can: no time for hints.
            busy.set(false);
        }
    }

    /** One piece; what is left is for the next task, so that a change of the chain need not wait for all of it. */
    private Void prefetch() throws IOException {
        boolean more = false;
        try {
            lock.take(cancellation);
            try {
                Window.Piece piece = window.take(PIECE);
                if (piece != null) {
                    next.cache(piece.from(), piece.to() - piece.from());
                    more = true;
                }
            } finally {
                lock.giveBack();
            }
        } catch (IOException | RuntimeException e) {
            // Told to the operator once; the client will see in its own reads what is wrong.
            failed = true;
            throw e;
        } finally {
            if (more) {
                submit();
            } else {
                busy.set(false);
            }
        }
        return null;
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        enter();
        try {
            next.write(offset, data, flags);
        } finally {
            leave();
        }
    }

    @Override
    public void flush() throws IOException {
        enter();
        try {
            next.flush();
        } finally {
            leave();
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        enter();
        try {
            next.trim(offset, length, flags);
        } finally {
            leave();
        }
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        enter();
        try {
            next.zero(offset, length, flags);
        } finally {
            leave();
        }
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        enter();
        try {
            next.cache(offset, length);
        } finally {
            leave();
        }
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        enter();
        try {
            next.status(context, offset, length, flags, sink);
        } finally {
            leave();
        }
    }

    private void enter() throws NbdException {
        if (window != null) {
            lock.share(cancellation);
        }
    }

    private void leave() {
        if (window != null) {
            lock.unshare();
        }
    }
}
