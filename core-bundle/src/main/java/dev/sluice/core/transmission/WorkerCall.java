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
    private final WorkerCalls connection;
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
    WorkerCall(WorkerCalls connection, Request r, PooledBuffer payload, int payloadLength) {
        this.connection = connection;
        request.copyFrom(r);
        this.payload = payload;
        this.payloadLength = payloadLength;
        this.batch = new Batch(connection.pool, BufferPool.MIN);
        this.reply = new Reply(connection.pool);
    }

    @Override
    public void run() {
        boolean sent = true;
        try {
            if (!prepare() || !call()) {
                connection.accounting.refused(request);
            }
            connection.runner.encode(request, batch, reply, outcome);
            sent = connection.sender.send(batch);
        } catch (IOException e) {
            connection.sender.broken(e);
        } catch (RuntimeException | Error e) {
            // A bug of the core: nobody knows what has left, so the client must not go on.
            connection.sender.broken(new IOException("internal error", e));
            throw e;
        } finally {
            if (sent) {
                batch.release();
            }
            if (payload != null) {
                payload.close();
            }
            connection.done(request);
        }
    }

    private boolean prepare() {
        try {
            connection.runner.prepare(request, batch, reply, outcome);
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
        if (!connection.entrance.enterAsWorker(held, connection.ending::isClosed)) {
            outcome.failed(NbdError.ESHUTDOWN, connection.ending.why());
            return false;
        }
        long before = connection.platform.nanoTime();
        try {
            connection.runner.call(connection.open.device(), request, view(), reply, outcome);
        } finally {
            connection.open.gate().exit();
            if (held[0] != null) {
                held[0].unlock();
            }
        }
        long after = connection.platform.nanoTime();
        connection.accounting.ran(request, after - before, outcome.isError(), false, after);
        return true;
    }

    private ByteBuffer view() {
        if (payload == null) {
            return request.type == Command.WRITE ? Input.NOTHING : null;
        }
        return payload.memory().clear().limit(payloadLength);
    }
}
