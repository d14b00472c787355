package dev.sluice.core.transmission;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.PooledBuffer;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.util.Monitor;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One request run by a worker, with everything that belongs to it. */
final class WorkerCall implements Runnable {
    private final Transmission transmission;
    private final Request request = new Request();
    private final PooledBuffer payload;
    private final int payloadLength;
    private final Batch batch;
    private final Reply reply;
    private final CallRunner.Outcome outcome = new CallRunner.Outcome();

    /**
     * A call that is counted as in flight already.
     *
     * @param payload its own from now on; null if there is none
     */
    WorkerCall(Transmission transmission, BufferPool pool, Request r, PooledBuffer payload, int payloadLength) {
        this.transmission = transmission;
        request.copyFrom(r);
        this.payload = payload;
        this.payloadLength = payloadLength;
        this.batch = new Batch(pool, BufferPool.MIN);
        this.reply = new Reply(pool);
    }

    @Override
    public void run() {
        boolean sent = true;
        try {
            if (!prepare() || !call()) {
                transmission.refused(request);
            }
            transmission.runner().encode(request, batch, reply, outcome);
            sent = transmission.send(batch);
        } catch (IOException e) {
            transmission.broken(e);
        } catch (RuntimeException | Error e) {
            // A bug of the core: nobody knows what has left, so the client must not go on.
            transmission.broken(new IOException("internal error", e));
            throw e;
        } finally {
            if (sent) {
                batch.release();
            }
            if (payload != null) {
                payload.close();
            }
            transmission.workerDone(request);
        }
    }

    private boolean prepare() {
        try {
            transmission.runner().prepare(request, batch, reply, outcome);
            return true;
        } catch (NbdException e) {
            outcome.clear();
            outcome.failed(e.error(), e.getMessage());
            return false;
        }
    }

    /** False if the request was not run. */
    private boolean call() {
        Monitor[] held = new Monitor[1];
        if (!transmission.enterAsWorker(held)) {
            outcome.failed(NbdError.ESHUTDOWN, transmission.whyStopping());
            return false;
        }
        long before = transmission.now();
        try {
            transmission.runner().call(transmission.export().device(), request, view(), reply, outcome);
        } finally {
            transmission.export().gate().exit();
            if (held[0] != null) {
                held[0].unlock();
            }
        }
        transmission.measured(request, transmission.now() - before, outcome.isError());
        return true;
    }

    private ByteBuffer view() {
        if (payload == null) {
            return request.type == Command.WRITE ? Transmission.NOTHING : null;
        }
        return payload.memory().clear().limit(payloadLength);
    }
}
