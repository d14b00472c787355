package dev.sluice.core.transmission;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.export.OpenConnection;
import dev.sluice.core.util.Platform;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Requests that the leader answers itself, on its own thread: it runs them on the chain or refuses them, and puts the reply
 * into its batch.
 *
 * <p>A small read or write that succeeds allocates nothing here, and takes no lock but the one that the thread model asks for.
 * What costs more comes seldom, or once for many requests:
 * <ul>
 * <li>{@link Overtaking#announce} of a connection that was quiet takes the watcher's monitor, which all connections share, and copies
 *     its list: once when the connection gets busy, then not again until it has been quiet for a while;
 * <li>sending takes the connection's output; if another thread has that, the batch is left in its {@link Backlog}, which may have to be
 *     waited for while it is full, and a new batch is allocated;
 * <li>a batch that outgrows its arena leases another from the pool;
 * <li>refusals and errors allocate their text, large replies the views of what they lie in, a status its extents;
 * <li>a request that finds the gate shut, or the lock of the thread model taken, waits for that.
 * </ul>
 */
final class InPlace {
    /** A finished reply waits no longer than this for company, as long as calls return. */
    private static final long LINGER_NANOS = 200_000;
    /** Room for a refusal. */
    private static final int REFUSAL = 64;

    private final OpenConnection open;
    private final Platform platform;
    private final CallRunner runner;
    private final Entrance entrance;
    private final Ending ending;
    private final Accounting accounting;
    private final Overtaking overtaking;
    private final Sender sender;

    InPlace(OpenConnection open, Platform platform, CallRunner runner, Entrance entrance, Ending ending, Accounting accounting,
            Overtaking overtaking, Sender sender) {
        this.open = open;
        this.platform = platform;
        this.runner = runner;
        this.entrance = entrance;
        this.ending = ending;
        this.accounting = accounting;
        this.overtaking = overtaking;
        this.sender = sender;
    }

    /**
     * Runs a request whose header and payload were taken from the input.
     *
     * @param payload null if it has none
     */
    Turn run(Leadership me, Request r, ByteBuffer payload) throws IOException {
        Entrance.Result entered = entrance.enter(me);
        if (entered != Entrance.Result.INSIDE) {
            return notEntered(me, r, entered);
        }
        boolean still;
        long after;
        long took;
        try {
            long before = platform.nanoTime();
            try {
                runner.prepare(r, me.batch, me.reply, me.outcome);
            } catch (NbdException e) {
                open.gate().exit();
                // What is finished is sent first, and no other client may wait for this one's socket.
                me.unlockSerial();
                me.dropPayload();
                return refuseForMemory(me, r, e);
            }
            me.enterCall();
            overtaking.announce();
            runner.call(open.device(), r, payload, me.reply, me.outcome);
            still = me.leaveCall();
            open.gate().exit();
            after = platform.nanoTime();
            took = after - before;
            if (still && me.batch.isEmpty()) {
                me.oldestReply = after;
            }
        } finally {
            me.unlockSerial();
        }
        accounting.ran(r, took, me.outcome.isError(), still, after);
        if (!still) {
            accounting.stuckEnded();
            finishOvertaken(me, r);
            return Turn.OVERTAKEN;
        }
        me.dropPayload();
        runner.encode(r, me.batch, me.reply, me.outcome);
        // Outside of the gate: a drain must never wait for a socket.
        return after - me.oldestReply > LINGER_NANOS ? sender.sendBetween(me) : sender.sendIfLarge(me);
    }

    private Turn notEntered(Leadership me, Request r, Entrance.Result entered) throws IOException {
        if (entered == Entrance.Result.SEND_FIRST) {
            return sender.sendFirst(me);
        }
        me.dropPayload();
        if (ending.isClosed() || entered == Entrance.Result.GONE) {
            ending.clientHasGone();
            return Turn.GONE;
        }
        return refuse(me, r, NbdError.ESHUTDOWN, ending.why());
    }

    /** This thread has lost the input while it was in a call: it sends that one reply and is done. */
    private void finishOvertaken(Leadership me, Request r) {
        boolean sent = true;
        try {
            runner.encode(r, me.batch, me.reply, me.outcome);
            sent = sender.send(me.batch);
        } catch (IOException e) {
            sender.broken(e);
        } catch (RuntimeException | Error e) {
            sender.internalError(e);
        } finally {
            overtaking.callDone(me, sent);
        }
    }

    /** Answers a request that is not run. */
    Turn refuse(Leadership me, Request r, NbdError error, String text) throws IOException {
        me.batch.ensure(REFUSAL);
        runner.refuse(r, me.batch, error, text);
        accounting.refused(r);
        return sender.sendIfLarge(me);
    }

    /** There is no memory for the request: it is answered with that, in the little room that the batch still has. */
    Turn refuseForMemory(Leadership me, Request r, NbdException e) throws IOException {
        sender.flush(me);
        me.batch.ensure(REFUSAL);
        runner.refuse(r, me.batch, e.error(), e.getMessage());
        if (r.taken > 0) {
            accounting.failedAfterPart(r);
        } else {
            accounting.refused(r);
        }
        return sender.sendIfLarge(me);
    }
}
