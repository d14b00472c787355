package dev.sluice.core.transmission;

import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.chain.Services;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.util.Workers;
import java.io.IOException;

/**
 * Sends what threads of one connection have finished: a leader its batch, and a worker what others had to leave in the
 * {@link Output}. Each method says whose thread it is for. Nobody is inside a gate here, because a drain must never wait
 * for a socket.
 */
final class Sender implements Input.Replies {
    /** Replies of this many bytes are sent before more requests are run. */
    private static final long SEND_AT = 256 << 10;
    private static final System.Logger LOG = System.getLogger("dev.sluice.transmission");

    private final Wire wire;
    private final Output output;
    private final Overtaking overtaking;
    private final InFlight inFlight;
    private final Workers workers;
    private final BufferPool pool;
    private final String name;

    Sender(Wire wire, Output output, Overtaking overtaking, InFlight inFlight, Services services, String name) {
        this.wire = wire;
        this.output = output;
        this.overtaking = overtaking;
        this.inFlight = inFlight;
        this.workers = services.workers();
        this.pool = services.buffers();
        this.name = name;
    }

    /**
     * Sends what the leader has finished, between two requests: the input has all that was read and not run.
     *
     * @return ON, or OVERTAKEN because the client did not take the replies
     */
    Turn sendBetween(Leadership me) throws IOException {
        if (me.batch.isEmpty()) {
            return Turn.ON;
        }
        me.enterSend();
        overtaking.announce();
        boolean sent = true;
        try {
            sent = output.send(me.batch);
        } catch (IOException e) {
            if (me.leaveSend()) {
                throw e;
            }
            broken(e);
            overtaking.sendDone(me, true);
            return Turn.OVERTAKEN;
        } catch (RuntimeException | Error e) {
            if (me.leaveSend()) {
                throw e;
            }
            internalError(e);
            overtaking.sendDone(me, true);
            return Turn.OVERTAKEN;
        }
        if (!me.leaveSend()) {
            overtaking.sendDone(me, sent);
            return Turn.OVERTAKEN;
        }
        if (!sent) {
            replaceBatch(me);
        }
        return Turn.ON;
    }

    /** As {@link #sendBetween}, if it is worth it by now. */
    Turn sendIfLarge(Leadership me) throws IOException {
        return me.batch.bytes() >= SEND_AT ? sendBetween(me) : Turn.ON;
    }

    /**
     * As {@link #sendBetween} where the leader's request would wait for something: it is put back, and what is finished is sent
     * before. While the client's payload is read there is nothing to send, so the whole request stands in the input yet, or as
     * much of it as was read.
     */
    Turn sendFirst(Leadership me) throws IOException {
        me.in.position(me.requestAt);
        return sendBetween(me);
    }

    /** Sends what the leader has finished, in the middle of a request or at the end: it is not overtaken in that. */
    @Override
    public void flush(Leadership me) throws IOException {
        if (!me.batch.isEmpty() && !output.send(me.batch)) {
            replaceBatch(me);
        }
    }

    /** The output has taken the batch over. */
    private void replaceBatch(Leadership me) {
        me.reply.forgetArena();
        me.batch = new Batch(pool, Leadership.ARENA);
    }

    /**
     * Sends a reply from beside the leader.
     *
     * @return whether the batch is the caller's again
     */
    boolean send(Batch batch) throws IOException {
        return output.send(batch);
    }

    /**
     * Somebody may have found the output taken for a moment, and left its replies there: another thread sends them, because the
     * client may not take them before it has sent the rest of its payload.
     *
     * @return false if there is no thread: the next who sends does it
     */
    @Override
    public boolean sendHeldBack() {
        if (output.hasQueued()) {
            inFlight.overtaken();
            if (!workers.tryRun(this::sendQueued)) {
                inFlight.end(0);
                return false;
            }
        }
        return true;
    }

    private void sendQueued() {
        try {
            output.sendRest();
        } catch (IOException e) {
            broken(e);
        } finally {
            inFlight.end(0);
        }
    }

    /** Beside the leader: a reply can't be sent. A part of it may have left, and the client must not wait for the rest. */
    void broken(IOException e) {
        LOG.log(System.Logger.Level.DEBUG, name + ": " + e.getMessage());
        wire.close();
    }

    /** As {@link #broken}, for a bug of the core. */
    void internalError(Throwable bug) {
        LOG.log(System.Logger.Level.ERROR, name + ": internal error", bug);
        wire.close();
    }
}
