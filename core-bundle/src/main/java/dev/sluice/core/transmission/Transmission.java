package dev.sluice.core.transmission;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.runtime.SlowRequest;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.PooledBuffer;
import dev.sluice.core.chain.Services;
import dev.sluice.core.export.OpenConnection;
import dev.sluice.core.handshake.NegotiatedSession;
import dev.sluice.core.metrics.Observers;
import dev.sluice.core.metrics.RequestCounters;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.protocol.Limits;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The transmission phase of one connection.
 *
 * <p>The leader, one thread at a time, reads many requests with one system call, runs them in place as long as the chain
 * answers quickly, and sends their replies with one call. When a call takes long, or the client does not take a reply, a
 * follower overtakes the leader ({@link Leadership}, {@link Watcher}); request types that are slow lately go to workers
 * at once ({@link Pace}), as far as {@link InFlight} allows. Replies leave in any order.
 *
 * <p>Lock order: the serial lock of a strict thread model, then the connection's gate; the output is taken last and
 * alone.
 */
public final class Transmission {
    /** How long the end of a connection waits for its calls before they are left to the export's drain. */
    static final Duration FINISH_WAIT = Duration.ofSeconds(60);
    /** Replies of this many bytes are sent before more requests are run. */
    private static final long SEND_AT = 256 << 10;
    /** How long a client may take to hear that the connection ends. */
    private static final Duration FAREWELL_WAIT = Duration.ofSeconds(5);
    private static final Duration FINISH_LOOK = Duration.ofSeconds(1);
    /** A status of very many extents needs so many bytes, before and while it is sent. */
    private static final long MOST_STATUS = 32 << 20;
    private static final long QUIET_LOOK_NANOS = 1_000_000;
    private static final Duration SCARCE_LOOK = Duration.ofMillis(20);
    /** A finished reply waits no longer than this for company, as long as calls return. */
    private static final long LINGER_NANOS = 200_000;
    /**
     * After so many ticks in one send a follower reads on: the client may wait for its own sending to end before it takes a reply.
     * A large reply takes some of them anyway, and would only be delayed by a second thread.
     */
    private static final int SEND_TICKS = 10;
    /** The payload of a write of nothing. */
    static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0).asReadOnlyBuffer();
    private static final System.Logger LOG = System.getLogger("dev.sluice.transmission");

    private final Wire wire;
    private final OpenConnection open;
    private final SessionFacts facts;
    private final Services services;
    private final BufferPool pool;
    private final Watcher watcher;
    private final CallRunner runner;
    private final Output output;
    private final InFlight inFlight;
    private final RequestCounters counters;
    private final Observers observers;
    private final Pace pace = new Pace();
    private final String name;
    private final Runnable ended;
    private final boolean parallel;
    private final Entrance entrance;
    private volatile Leadership leader;
    private volatile String stopping;
    private volatile boolean closed;
    private volatile boolean watched;
    // the watcher's own
    private int quietTicks;
    private int lastCalls;
    private final Warmth warmth;
    private final Input input;
    /** Leaders that were overtaken while they sent, and still do. */
    private final AtomicInteger sendersOvertaken = new AtomicInteger();
    private final LargeWrite largeWrite;
    private long parkedAt; // of the leader, passed on from one to the next

    /**
     * A connection whose handshake has succeeded.
     *
     * @param threads calls that may run at once beside the leader; 0: everything in order
     * @param maxBytes of payload and replies in flight
     * @param ended called once, when everything is closed
     */
    public Transmission(Wire wire, NegotiatedSession session, Services services, Watcher watcher, HotSlots slots, String name, int threads,
            long maxBytes, Runnable ended) {
        this.warmth = new Warmth(slots);
        this.wire = wire;
        this.open = (OpenConnection) session.export();
        this.counters = open.count();
        this.observers = services.observers();
        this.facts = SessionFacts.of(session);
        this.services = services;
        this.pool = services.buffers();
        this.watcher = watcher;
        this.name = name;
        this.ended = ended;
        this.parallel = threads > 1;
        ReplyEncoder encoder = new ReplyEncoder(facts);
        this.runner = new CallRunner(facts, encoder, pool);
        this.output = new Output(wire, encoder, services.platform(), name, maxBytes, this::complain);
        this.input = new Input(wire, services, warmth, output, this::callsInFlight, new Input.Replies() {
            @Override
            public void flush(Leadership me) throws IOException {
                Transmission.this.flush(me);
            }

            @Override
            public boolean sendHeldBack() {
                return Transmission.this.sendHeldBack();
            }
        });
        this.entrance = new Entrance(open, services.platform(), parallel, name, me -> closed || !input.lookForDisconnect(me));
        this.largeWrite = new LargeWrite(this, wire, open, input, output);
        this.inFlight = new InFlight(services.platform(), name, Math.max(1, threads), maxBytes);
    }

    /** Counters of this connection. */
    public RequestCounters counters() {
        return counters;
    }

    /** Calls that run beside the leader now. */
    public int callsInFlight() {
        return inFlight.calls();
    }

    /**
     * For how long the client has kept a thread or memory waiting: it has left the rest of a request out, or does not take
     * its replies. To be asked by one thread, again and again: it compares.
     */
    public long stalledNanos(long now) {
        return Math.max(input.stalledNanos(now), output.stalledNanos(now));
    }

    /** Starts to serve the connection; returns when this thread has nothing more to do for it. */
    public void run() {
        park();
    }

    /** Nothing to do: the connection waits without a thread and without buffers. */
    private void park() {
        input.setWaiting(true);
        parkedAt = services.platform().nanoTime();
        try {
            wire.whenReadable(this::readable);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, name + ": " + e.getMessage());
            end(false);
        }
    }

    /** On the poller's thread. */
    private void readable() {
        if (!services.workers().tryRun(this::resume)) {
            // All threads are busy; the client waits a little longer.
            services.timers().after(Duration.ofMillis(1), this::readable);
        }
    }

    private void resume() {
        input.setWaiting(false);
        warmth.waited(services.platform().nanoTime() - parkedAt);
        Leadership me;
        try {
            me = Leadership.create(pool);
        } catch (NbdException e) {
            if (closed) {
                end(false);
            } else {
                // Others hold all memory now; this client has to wait, not to go.
                complain(name + ": " + e.getMessage());
                services.timers().after(Duration.ofMillis(20), this::readable);
            }
            return;
        }
        me.wokenToRead = true;
        leader = me;
        lead(me);
    }

    /** New requests are answered with ESHUTDOWN from now on. */
    public void stop(String why) {
        stopping = why;
    }

    /** Waits until every finished reply has left and nothing is being worked on. */
    public void awaitQuiet(Deadline deadline) {
        while (!(input.isWaiting() && inFlight.calls() == 0 && output.isQuiet()) && !closed && !deadline.isOver()) {
            // the look itself holds the output for a moment
            sendHeldBack();
            services.platform().park(this, QUIET_LOOK_NANOS);
        }
    }

    /** Ends the connection at once; whoever waits for its socket is woken. */
    public void close() {
        closed = true;
        wire.close();
        inFlight.close();
    }

    private void lead(Leadership me) {
        boolean graceful = false;
        try {
            Turn turn = sendBetween(me) ? Turn.ON : Turn.OVERTAKEN;
            while (turn == Turn.ON) {
                turn = next(me);
            }
            if (turn == Turn.OVERTAKEN) {
                return;
            }
            if (turn == Turn.IDLE) {
                leader = null;
                me.release();
                park();
                return;
            }
            graceful = turn == Turn.DISCONNECTED;
            flush(me);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, name + ": " + e.getMessage());
        } catch (RuntimeException | Error e) {
            // A bug of the core: this connection ends, the server goes on.
            LOG.log(System.Logger.Level.ERROR, name + ": internal error", e);
        }
        try {
            me.release();
        } finally {
            end(graceful);
        }
    }

    private enum Turn {
        ON, IDLE, DISCONNECTED, GONE, OVERTAKEN
    }

    /** Runs the next request of the input, reading more where needed. */
    private Turn next(Leadership me) throws IOException {
        ByteBuffer in = me.in;
        if (in.remaining() < facts.requestLength()) {
            if (!sendBetween(me)) {
                return Turn.OVERTAKEN;
            }
            if (me.wokenToRead) {
                me.wokenToRead = false;
                return input.readMore(me) ? Turn.ON : Turn.GONE;
            }
            if (!in.hasRemaining() && !warmth.isHot()) {
                if (inFlight.calls() == 0 && output.isQuiet()) {
                    return Turn.IDLE;
                }
                if (!services.workers().isRoomy()) {
                    return awaitCalls(me);
                }
            }
            return input.readMore(me) ? Turn.ON : Turn.GONE;
        }
        Request r = me.request;
        me.requestAt = in.position();
        if (!r.decode(in, facts.extended())) {
            complain(name + ": a request with a wrong magic number; the connection is closed");
            return Turn.GONE;
        }
        if (r.type == Command.DISC) {
            return Turn.DISCONNECTED;
        }
        String stop = stopping;
        RequestValidator.Refusal refusal = stop != null ? new RequestValidator.Refusal(NbdError.ESHUTDOWN, stop)
                : RequestValidator.check(r, facts);
        ByteBuffer payload = r.type == Command.WRITE ? NOTHING : null;
        if (r.payload != 0) {
            if (!me.batch.isEmpty() && Long.compareUnsigned(r.payload, in.remaining()) > 0) {
                return sendFirst(me);
            }
            if (refusal != null || r.payload < 0 || r.payload > Limits.MAX_PAYLOAD) {
                if (r.payload < 0 || r.payload > Limits.MAX_SKIPPED_PAYLOAD) {
                    complain(name + ": a request with " + Long.toUnsignedString(r.payload)
                            + " bytes of payload, at most " + Limits.MAX_PAYLOAD + " are possible; the connection is closed");
                    return Turn.GONE;
                }
                if (!input.skip(me, r.payload)) {
                    return Turn.GONE;
                }
                refusal = refusal != null ? refusal : new RequestValidator.Refusal(NbdError.EINVAL, "too much payload");
            } else {
                try {
                    if (LargeWrite.isOne(r) && parallel && open.serialLock() == null && !pace.isSlow(r.type)
                            && !largeWrite.receive(me, r)) {
                        return Turn.GONE;
                    }
                    payload = input.readPayload(me, (int) r.payload - r.taken);
                } catch (NbdException e) {
                    return input.skip(me, r.payload - r.taken) ? refuse(me, r, e) : Turn.GONE;
                }
                if (payload == null) {
                    return Turn.GONE;
                }
            }
        }
        if (refusal != null) {
            me.batch.ensure(64);
            runner.refuse(r, me.batch, refusal.error(), refusal.text());
            counters.refused(r.type);
            return sendIfLarge(me);
        }
        if (parallel && pace.isSlow(r.type) && open.serialLock() == null) {
            if (!me.batch.isEmpty()) {
                return sendFirst(me);
            }
            if (dispatch(me, r, payload)) {
                return Turn.ON;
            }
        }
        return runInPlace(me, r, payload);
    }

    /**
     * Who waits in a read keeps the thread until the client asks again, however long after the last call has ended that is. Where
     * threads are scarce this waits for the calls instead, and looks now and then what the client has to say.
     */
    private Turn awaitCalls(Leadership me) throws IOException {
        if (inFlight.calls() == 0) {
            // somebody lets the output go in this moment
            services.platform().park(this, QUIET_LOOK_NANOS);
        } else {
            inFlight.awaitNone(Deadline.after(services.platform(), SCARCE_LOOK));
        }
        // between two requests there is no payload in the input that somebody needs
        me.in.clear().limit(0);
        return input.lookForDisconnect(me) ? Turn.ON : Turn.GONE;
    }

    /**
     * The request would wait for something: it is put back, and what is finished is sent before. While the client's payload is
     * read there is nothing to send, so the whole request stands in the input yet, or as much of it as was read.
     */
    private Turn sendFirst(Leadership me) throws IOException {
        me.in.position(me.requestAt);
        return sendBetween(me) ? Turn.ON : Turn.OVERTAKEN;
    }

    private Turn runInPlace(Leadership me, Request r, ByteBuffer payload) throws IOException {
        Entrance.Result entered = entrance.enter(me);
        if (entered == Entrance.Result.SEND_FIRST) {
            return sendFirst(me);
        }
        if (entered != Entrance.Result.INSIDE) {
            me.dropPayload();
            if (closed || entered == Entrance.Result.GONE) {
                closed = true;
                return Turn.GONE;
            }
            me.batch.ensure(64);
            runner.refuse(r, me.batch, NbdError.ESHUTDOWN, whyStopping());
            counters.refused(r.type);
            return sendIfLarge(me);
        }
        boolean still;
        long after;
        long took;
        try {
            long before = services.platform().nanoTime();
            try {
                runner.prepare(r, me.batch, me.reply, me.outcome);
            } catch (NbdException e) {
                open.gate().exit();
                me.dropPayload();
                return refuse(me, r, e);
            }
            me.enterCall();
            announce();
            runner.call(open.device(), r, payload, me.reply, me.outcome);
            still = me.leaveCall();
            open.gate().exit();
            after = services.platform().nanoTime();
            took = after - before;
            pace.record(r.type, took, inFlightBytes(r) - r.taken);
            if (still && me.batch.isEmpty()) {
                me.oldestReply = after;
            }
        } finally {
            me.unlockSerial();
        }
        count(r, took + r.spent, me.outcome.isError(), still);
        if (!still) {
            finishOvertaken(me, r);
            return Turn.OVERTAKEN;
        }
        me.dropPayload();
        runner.encode(r, me.batch, me.reply, me.outcome);
        if (after - me.oldestReply > LINGER_NANOS || me.batch.bytes() >= SEND_AT) {
            // Outside of the gate: a drain must never wait for a socket.
            return sendBetween(me) ? Turn.ON : Turn.OVERTAKEN;
        }
        return Turn.ON;
    }

    /** There is no memory for the request: it is answered with that, in the little room that the batch still has. */
    private Turn refuse(Leadership me, Request r, NbdException e) throws IOException {
        flush(me);
        me.batch.ensure(64);
        runner.refuse(r, me.batch, e.error(), e.getMessage());
        if (r.taken > 0) {
            count(r, r.spent, true, true);
        } else {
            counters.refused(r.type);
        }
        return sendIfLarge(me);
    }

    /** This thread has lost the input while it was in a call: it sends that one reply and is done. */
    private void finishOvertaken(Leadership me, Request r) {
        boolean sent = true;
        try {
            runner.encode(r, me.batch, me.reply, me.outcome);
            sent = output.send(me.batch);
        } catch (IOException e) {
            // A part of the reply may have left: the client must not wait for the rest.
            broken(e);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, name + ": internal error", e);
            wire.close();
        } finally {
            if (sent) {
                me.release();
            } else {
                me.releaseInput();
            }
            inFlight.end(0);
        }
    }

    /** Gives the request to a worker; false if it has to run in place. */
    private boolean dispatch(Leadership me, Request r, ByteBuffer payload) throws IOException {
        long size = reserved(r);
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
        WorkerCall call = new WorkerCall(this, pool, r, kept, payload == null ? 0 : payload.remaining());
        if (!services.workers().tryRun(call)) {
            // No thread is free: the leader does it itself, as it would have in place.
            call.run();
        }
        return true;
    }

    /** Only reads and writes hold memory; the length of other requests says nothing about what they need. */
    /** What a request may need while it runs, in bytes: a status does not say how much there will be to tell. */
    private static long reserved(Request r) {
        return r.type == Command.BLOCK_STATUS ? Math.min(r.length, MOST_STATUS) : inFlightBytes(r);
    }

    private static long inFlightBytes(Request r) {
        return r.type <= Command.WRITE ? r.length : 0;
    }

    private Turn sendIfLarge(Leadership me) throws IOException {
        return me.batch.bytes() < SEND_AT || sendBetween(me) ? Turn.ON : Turn.OVERTAKEN;
    }

    /**
     * Sends what is finished, between two requests: the input has all that was read and not run.
     *
     * @return false if a follower has taken the input over meanwhile, because the client did not take the replies: this thread has
     *         given everything back then
     */
    private boolean sendBetween(Leadership me) throws IOException {
        if (me.batch.isEmpty()) {
            return true;
        }
        me.enterSend();
        announce();
        boolean sent = true;
        try {
            sent = output.send(me.batch);
        } catch (IOException e) {
            if (me.leaveSend()) {
                throw e;
            }
            broken(e);
            senderDone(me, true);
            return false;
        } catch (RuntimeException | Error e) {
            if (me.leaveSend()) {
                throw e;
            }
            LOG.log(System.Logger.Level.ERROR, name + ": internal error", e);
            wire.close();
            senderDone(me, true);
            return false;
        }
        if (!me.leaveSend()) {
            senderDone(me, sent);
            return false;
        }
        if (!sent) {
            replaceBatch(me);
        }
        return true;
    }

    /** A leader that was overtaken while it sent has ended that. */
    private void senderDone(Leadership old, boolean sent) {
        if (sent) {
            old.release();
        } else {
            old.releaseInput();
        }
        sendersOvertaken.decrementAndGet();
        inFlight.end(0);
    }

    private void flush(Leadership me) throws IOException {
        if (!me.batch.isEmpty() && !output.send(me.batch)) {
            replaceBatch(me);
        }
    }

    /** The output has taken the batch over. */
    private void replaceBatch(Leadership me) {
        me.reply.forgetArena();
        me.batch = new Batch(pool, Leadership.ARENA);
    }

    /** @param alone by the leader, which still is the leader */
    private void count(Request r, long took, boolean error, boolean alone) {
        if (alone) {
            counters.leaderDid(r.type, took, inFlightBytes(r), error);
        } else {
            counters.did(r.type, took, inFlightBytes(r), error);
        }
        if (observers.isSlow(took)) {
            observers.slow(new SlowRequest(open.export(), open.connection(), RequestCounters.operation(r.type), r.offset, r.length,
                    Duration.ofNanos(took), error));
        }
    }

    /** In the call or send already: a watcher that stops to watch in this moment sees either the call or the announcement. */
    private void announce() {
        if (!watched) {
            watched = true;
            if (!watcher.watch(this)) {
                watched = false;
            }
        }
    }

    /** A look at the leader, by the watcher; false if there is nothing to watch any more. */
    boolean tick() {
        Leadership l = leader;
        int call = l == null ? -1 : l.currentCall();
        int calls = l == null ? 0 : l.calls();
        if (call < 0) {
            if (calls != lastCalls) {
                lastCalls = calls;
                quietTicks = 0;
            } else if (++quietTicks == Watcher.QUIET) {
                // From now on a leader announces itself; one that did not see this in time is seen at the next look.
                watched = false;
            }
            return quietTicks <= Watcher.QUIET;
        }
        quietTicks = 0;
        l.looks = l.seen == call ? l.looks + 1 : 0;
        l.seen = call;
        if (l.sentFor != call) {
            boolean sends = l.isSending();
            if (sends ? l.looks >= SEND_TICKS && mayReadOn() : l.looks > 0) {
                l.sentFor = call;
                Runnable follow = sends ? () -> overtakeSend(l, call) : () -> overtake(l, call);
                if (!services.workers().tryRun(follow)) {
                    l.sentFor = -1;
                }
            }
        }
        return true;
    }

    /**
     * Whether a follower may take over the input of a leader that sends. One sender beside the leader is enough: the others only
     * queue. A client that takes its replies slowly has two threads for that reason, and so only while there are many.
     */
    private boolean mayReadOn() {
        return sendersOvertaken.get() == 0 && services.workers().isRoomy();
    }

    /** Whether this is to be looked at again although a look found it quiet. */
    boolean isWatched() {
        return watched;
    }

    /** Runs on a follower's thread. */
    private void overtake(Leadership old, int call) {
        Leadership follower = Leadership.tryCreate(pool);
        if (follower == null) {
            // There is no memory now: the watcher sends another one.
            old.sentFor = -1;
            return;
        }
        inFlight.overtaken();
        Batch finished = old.overtake(call, follower);
        if (finished == null) {
            inFlight.end(0);
            follower.release();
            return;
        }
        pace.stuck(old.request.type & 7);
        // Its own before anything else, so that it can be overtaken in turn if the client does not take this.
        follower.batch.release();
        follower.batch = finished;
        leader = follower;
        lead(follower);
    }

    /** Runs on a follower's thread. */
    private void overtakeSend(Leadership old, int send) {
        Leadership follower = Leadership.tryCreate(pool);
        if (follower == null) {
            old.sentFor = -1;
            return;
        }
        inFlight.overtaken();
        sendersOvertaken.incrementAndGet();
        if (!old.overtakeSend(send, follower)) {
            senderDone(follower, true);
            return;
        }
        leader = follower;
        lead(follower);
    }

    private void end(boolean graceful) {
        watcher.forget(this);
        warmth.cool();
        if (!graceful) {
            open.cancel("the client has gone");
        }
        inFlight.close();
        Deadline deadline = Deadline.after(services.platform(), FINISH_WAIT);
        boolean none = false;
        // A connection that was closed from this side does not wait for calls that were cancelled and do not heed it.
        for (boolean last = false; !none && !last && !deadline.isOver();) {
            last = closed;
            none = inFlight.awaitNone(Deadline.after(services.platform(), FINISH_LOOK));
        }
        if (!none) {
            LOG.log(System.Logger.Level.WARNING, name + ": " + inFlight.calls()
                    + " calls have not returned after the end of the connection");
        }
        sayFarewell();
        // Whoever waits for quiet need not wait any longer: everything that was finished has left.
        closed = true;
        open.close();
        wire.close();
        output.close();
        ended.run();
    }

    /** TLS has a word for the end, without which a client can't tell it from a connection that was cut. */
    private void sayFarewell() {
        if (closed || !wire.hasFarewell()) {
            return;
        }
        // A client that takes nothing must not keep this thread.
        Timers.Timer limit = services.timers().after(FAREWELL_WAIT, wire::close);
        try {
            wire.finish();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, name + ": at the end: " + e.getMessage());
        } finally {
            limit.cancel();
        }
    }

    /** Of the client, as many as it may cause: in the log there are only some. */
    private void complain(String line) {
        services.complaints().warn(LOG, "export " + open.export(), line);
    }

    CallRunner runner() {
        return runner;
    }

    OpenConnection export() {
        return open;
    }

    /**
     * Somebody may have found the output taken for a moment, and left its replies there: another thread sends them, because the
     * client may not take them before it has sent the rest of its payload.
     *
     * @return false if there is no thread: the next who sends does it
     */
    private boolean sendHeldBack() {
        if (output.hasQueued()) {
            inFlight.overtaken();
            if (!services.workers().tryRun(this::sendQueued)) {
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

    /** The call of a worker has taken this long. */
    void measured(Request r, long nanos, boolean error) {
        pace.record(r.type, nanos, inFlightBytes(r) - r.taken);
        count(r, nanos + r.spent, error, false);
    }

    /** A part of a large write has taken this long. */
    void partTook(Request r, long nanos, int bytes) {
        r.spent += nanos;
        pace.record(r.type, nanos, bytes);
    }

    /** A worker's request was not run. */
    void refused(Request r) {
        counters.refused(r.type);
    }

    long now() {
        return services.platform().nanoTime();
    }

    /** As the leader does, see {@link Entrance#enterAsWorker}. */
    boolean enterAsWorker(Monitor[] held) {
        return entrance.enterAsWorker(held, () -> closed);
    }

    String whyStopping() {
        String why = stopping;
        return why == null ? "the export is going away" : why;
    }

    /**
     * Sends a worker's reply.
     *
     * @return whether the batch is the worker's again
     */
    boolean send(Batch batch) throws IOException {
        return output.send(batch);
    }

    /** A worker's reply can't be sent. */
    void broken(IOException e) {
        LOG.log(System.Logger.Level.DEBUG, name + ": " + e.getMessage());
        wire.close();
    }

    /** A worker's call is over. */
    void workerDone(Request r) {
        inFlight.end(reserved(r));
    }
}
