package dev.sluice.core.transmission;

import dev.sluice.api.NbdException;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.PooledBuffer;
import dev.sluice.core.util.Monitor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One thread's turn at a connection's input: what it has read and not yet run, and the replies that it has finished and
 * not yet sent.
 *
 * <p>While the leader runs a call in place, a follower may overtake it: the phase decides who owns what.
 *
 * <pre>
 *  RUNNING  --leader, before a call-->  IN_CALL  --leader, after the call-->  RUNNING
 *                                       IN_CALL  --follower-->  STEALING  --follower-->  OVERTAKEN
 * </pre>
 *
 * <p>During STEALING the follower copies the input that is left and splits off the finished replies; a leader that comes
 * out of its call meanwhile waits for those few instructions. Afterwards the input is the follower's, and the old leader
 * keeps this object only to finish its one call.
 */
final class Leadership {
    /** Bytes of input that are read at once. */
    static final int INPUT = 128 << 10;
    /** Bytes of replies that are gathered. */
    static final int ARENA = 128 << 10;

    static final int RUNNING = 0;
    static final int IN_CALL = 1;
    static final int STEALING = 2;
    static final int OVERTAKEN = 3;

    private static final VarHandle PHASE;
    private static final VarHandle CALL;

    static {
        try {
            PHASE = MethodHandles.lookup().findVarHandle(Leadership.class, "phase", int.class);
            CALL = MethodHandles.lookup().findVarHandle(Leadership.class, "call", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Request request = new Request();
    final CallRunner.Outcome outcome = new CallRunner.Outcome();
    final Reply reply;
    Batch batch;
    final ByteBuffer in;
    private final PooledBuffer input;
    private final ByteBuffer payloadView;
    private PooledBuffer largePayload;
    /** The poller has seen bytes, or the end, that have to be read before the connection may be parked again. */
    boolean wokenToRead;
    /** Held around the call that runs now; null if there is none. The leader's own. */
    Monitor serial;
    /** The last request had a payload that did not fit the input; the leader's own. */
    boolean expectLarge;
    /** When the first reply of the batch was finished; the leader's own. */
    long oldestReply;
    private int phase;
    /** Counts calls, so that a watcher sees whether it is still the same one. */
    private int call;
    /** The call that a follower was already sent for; the watcher's own. */
    volatile int sentFor = -1;
    /** The call that the watcher has seen at its last look; the watcher's own. */
    int seen = -1;

    private Leadership(BufferPool pool, PooledBuffer input) {
        this.input = input;
        this.in = input.whole().duplicate().limit(0);
        this.payloadView = input.whole().asReadOnlyBuffer();
        this.batch = new Batch(pool, ARENA);
        this.reply = new Reply(pool);
    }

    static Leadership create(BufferPool pool) throws NbdException {
        return new Leadership(pool, pool.lease(INPUT));
    }

    /** Null if there is no memory now. */
    static Leadership tryCreate(BufferPool pool) {
        PooledBuffer input = pool.tryLease(INPUT);
        return input == null ? null : new Leadership(pool, input);
    }

    /** Takes the next bytes of the input as payload; they are there. */
    ByteBuffer takePayload(int length) {
        int at = in.position();
        in.position(at + length);
        return payloadView.clear().order(ByteOrder.BIG_ENDIAN).limit(at + length).position(at);
    }

    void unlockSerial() {
        Monitor held = serial;
        serial = null;
        if (held != null) {
            held.unlock();
        }
    }

    /** A payload that is too large for the input: memory of its own until {@link #dropPayload}. */
    ByteBuffer largePayload(BufferPool pool, int length) throws NbdException {
        largePayload = pool.lease(length);
        return largePayload.memory().clear().limit(length);
    }

    /** Gives the large payload away. */
    PooledBuffer takeLargePayload() {
        PooledBuffer taken = largePayload;
        largePayload = null;
        return taken;
    }

    void dropPayload() {
        if (largePayload != null) {
            largePayload.close();
            largePayload = null;
        }
    }

    void enterCall() {
        CALL.setOpaque(this, call + 1);
        PHASE.setRelease(this, IN_CALL);
    }

    /** False if a follower has overtaken this leader meanwhile. */
    boolean leaveCall() {
        while (!PHASE.compareAndSet(this, IN_CALL, RUNNING)) {
            int now = (int) PHASE.getAcquire(this);
            if (now == OVERTAKEN) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    /** How many calls have begun. */
    int calls() {
        return (int) CALL.getOpaque(this);
    }

    /** The number of the call that runs now; -1 if none does. */
    int currentCall() {
        return (int) PHASE.getAcquire(this) == IN_CALL ? (int) CALL.getOpaque(this) : -1;
    }

    /**
     * Overtakes the leader that sits in this call.
     *
     * @param follower takes the input over
     * @return the finished replies; null if the call has ended meanwhile
     */
    Batch overtake(int stuckCall, Leadership follower) {
        if (!PHASE.compareAndSet(this, IN_CALL, STEALING)) {
            return null;
        }
        if (call != stuckCall) {
            PHASE.setRelease(this, IN_CALL);
            return null;
        }
        follower.in.clear();
        follower.in.put(in.duplicate());
        follower.in.flip();
        Batch finished = batch.splitFinished();
        PHASE.setRelease(this, OVERTAKEN);
        return finished;
    }

    /** Gives back everything. */
    void release() {
        dropPayload();
        batch.release();
        reply.forgetArena();
        input.close();
    }

    /** As {@link #release}, when the batch has been given away. */
    void releaseInput() {
        dropPayload();
        reply.forgetArena();
        input.close();
    }
}
