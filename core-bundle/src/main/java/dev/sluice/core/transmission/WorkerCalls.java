package dev.sluice.core.transmission;

import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.PooledBuffer;
import dev.sluice.core.chain.Services;
import dev.sluice.core.export.OpenConnection;
import dev.sluice.core.util.Platform;
import dev.sluice.core.util.Workers;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Gives requests of one connection to workers, within the bounds of {@link InFlight}, and holds what their calls share. The
 * leader starts them; each {@link WorkerCall} runs on a thread of its own.
 */
final class WorkerCalls {
    final OpenConnection open;
    final Platform platform;
    final BufferPool pool;
    final CallRunner runner;
    final Entrance entrance;
    final Ending ending;
    final Accounting accounting;
    final Sender sender;
    private final InFlight inFlight;
    private final Workers workers;

    WorkerCalls(OpenConnection open, Services services, CallRunner runner, Entrance entrance, Ending ending, Accounting accounting,
            Sender sender, InFlight inFlight) {
        this.open = open;
        this.platform = services.platform();
        this.pool = services.buffers();
        this.workers = services.workers();
        this.runner = runner;
        this.entrance = entrance;
        this.ending = ending;
        this.accounting = accounting;
        this.sender = sender;
        this.inFlight = inFlight;
    }

    /**
     * Gives the request to a worker, as soon as one more may run beside the leader.
     *
     * @param payload in the leader's input or in its {@link Leadership#largePayload}; null if there is none
     * @return false if it has to run in place
     */
    boolean tryStart(Leadership me, Request r, ByteBuffer payload) throws IOException {
        long size = Accounting.reserved(r);
        if (!inFlight.tryStart(size) && !inFlight.start(size)) {
            return false;
        }
        PooledBuffer kept = me.takeLargePayload();
        if (payload != null && payload.hasRemaining() && kept == null) {
            kept = pool.tryLease(payload.remaining());
            if (kept == null) {
                inFlight.end(size);
                return false;
            }
            kept.memory().clear().put(payload.duplicate()).flip();
        }
        WorkerCall call = new WorkerCall(this, r, kept, payload == null ? 0 : payload.remaining());
        if (!workers.tryRun(call)) {
            // No thread is free: the leader does it itself, as it would have in place.
            call.run();
        }
        return true;
    }

    /** A call that was started is over, and its reply has left or can't. */
    void done(Request r) {
        inFlight.end(Accounting.reserved(r));
    }
}
