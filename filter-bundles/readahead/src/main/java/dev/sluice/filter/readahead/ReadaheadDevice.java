package dev.sluice.filter.readahead;

import dev.sluice.api.NbdDevice;
import dev.sluice.api.ReadReply;
import dev.sluice.api.Support;
import dev.sluice.api.Tasks;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Passes everything on, and prefetches in the background. Where the layers behind take one request at a time, the core gives
 * a task its turn as if it were one of this connection's; pieces are small, so that requests wait for no more than one.
 */
final class ReadaheadDevice extends ForwardingDevice {
    /** What a request may have to wait for. */
    static final int PIECE = 256 << 10;

    private final Tasks tasks;
    private final Runnable cannotPrefetch;
    /** Whether a task waits or runs: one at a time is enough. */
    private final AtomicBoolean busy = new AtomicBoolean();
    /** Null if the device behind can't prefetch. */
    private Window window;
    private volatile boolean failed;

    ReadaheadDevice(NbdDevice next, Tasks tasks, Runnable cannotPrefetch) {
        super(next);
        this.tasks = tasks;
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
        next.read(offset, length, reply);
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
            Window.Piece piece = window.take(PIECE);
            if (piece != null) {
                next.cache(piece.from(), piece.to() - piece.from());
                more = true;
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
}
