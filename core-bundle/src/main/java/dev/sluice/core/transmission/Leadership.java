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
 *
 * <p>The same goes for a leader that sends, between two requests, to a client that does not take it (IN_SEND): the
 * follower copies the input, and the old leader keeps the batch that it sends.
 */
final class Leadership {
    /** Bytes of input that are read at once: more than the 208 KiB that a Unix socket holds for a client, which sleeps meanwhile. */
    static final int INPUT = 256 << 10;
    /** Bytes of replies that are gathered. */
    static final int ARENA = 128 << 10;

    static final int RUNNING = 0;
    static final int IN_CALL = 1;
    static final int STEALING = 2;
    static final int OVERTAKEN = 3;
    static final int IN_SEND = 4;

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
    /** Where the request that is looked at begins in the input; the leader's own. */
    int requestAt;
    /** When the first reply of the batch was finished; the leader's own. */
    long oldestReply;
    private int phase;
    /** Counts calls, so that a watcher sees whether it is still the same one. */
    private int call;
    /** The call that a follower was already sent for; the watcher's own. */
    volatile int sentFor = -1;
    /** The call that the watcher has seen at its last look, and at how many looks before; the watcher's own. */
    int seen = -1;
    int looks;

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
        enter(IN_CALL);
    }

    /** Between two requests: nothing is taken out of the input that was not run. */
    void enterSend() {
        enter(IN_SEND);
    }

    private void enter(int newPhase) {
        CALL.setOpaque(this, call + 1);
        PHASE.setRelease(this, newPhase);
    }

    /** False if a follower has overtaken this leader meanwhile. */
    boolean leaveCall() {
        return leave(IN_CALL);
    }

    /** False if a follower has overtaken this leader meanwhile. */
    boolean leaveSend() {
        return leave(IN_SEND);
    }

    private boolean leave(int oldPhase) {
        while (!PHASE.compareAndSet(this, oldPhase, RUNNING)) {
            int now = (int) PHASE.getAcquire(this);
            if (now == OVERTAKEN) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    /** How many calls and sends have begun. */
    int calls() {
        return (int) CALL.getOpaque(this);
    }

    /** The number of the call or send that runs now; -1 if none does. */
    int currentCall() {
        int now = (int) PHASE.getAcquire(this);
        return now == IN_CALL || now == IN_SEND ? (int) CALL.getOpaque(this) : -1;
    }

    /** Whether what runs now is a send. */
    boolean isSending() {
        return (int) PHASE.getAcquire(this) == IN_SEND;
    }

    /**
     * Overtakes the leader that sits in this call.
     *
     * @param follower takes the input over
     * @return the finished replies; null if the call has ended meanwhile
     */
    Batch overtake(int stuckCall, Leadership follower) {
        if (!steal(IN_CALL, stuckCall, follower)) {
            return null;
        }
        Batch finished = batch.splitFinished();
        PHASE.setRelease(this, OVERTAKEN);
        return finished;
    }

    /**
     * Overtakes the leader that sits in this send.
     *
     * @param follower takes the input over
     * @return false if the send has ended meanwhile
     */
    boolean overtakeSend(int stuckSend, Leadership follower) {
        if (!steal(IN_SEND, stuckSend, follower)) {
            return false;
        }
        PHASE.setRelease(this, OVERTAKEN);
        return true;
    }

    /** If this is so, the phase is STEALING afterwards. */
    private boolean steal(int oldPhase, int stuck, Leadership follower) {
        if (!PHASE.compareAndSet(this, oldPhase, STEALING)) {
            return false;
        }
        if (call != stuck) {
            PHASE.setRelease(this, oldPhase);
            return false;
        }
        follower.in.clear();
        follower.in.put(in.duplicate());
        follower.in.flip();
        return true;
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
