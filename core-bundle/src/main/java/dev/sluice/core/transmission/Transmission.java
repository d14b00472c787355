package dev.sluice.core.transmission;

import dev.sluice.api.NbdException;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.chain.Services;
import dev.sluice.core.export.OpenConnection;
import dev.sluice.core.handshake.NegotiatedSession;
import dev.sluice.core.metrics.RequestCounters;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Platform;
import java.io.IOException;
import java.time.Duration;

/**
 * The transmission phase of one connection: the leader's life, from the poller that wakes it until there is nothing to do
 * or the connection ends.
 *
 * <p>The leader, one thread at a time, reads many requests with one system call ({@link Input}), takes one after the other
 * ({@link Intake}), runs them in place as long as the chain answers quickly ({@link InPlace}), and sends their replies with
 * one call ({@link Sender}, {@link Output}). When a call takes long, or the client does not take a reply, a follower
 * overtakes the leader ({@link Leadership}, {@link Overtaking}, {@link Watcher}); request types that are slow lately go to
 * workers at once ({@link Pace}, {@link WorkerCalls}), as far as {@link InFlight} allows. Replies leave in any order.
 *
 * <p>{@link #run} is called once; {@link #stalledNanos} is asked by one thread, which may be another; all other public methods
 * are for any thread. Lock order: the serial lock of a strict thread model, then the connection's gate
 * ({@link Entrance}); the output is taken last and alone.
 */
public final class Transmission {
    private static final long QUIET_LOOK_NANOS = 1_000_000;
    private static final Duration SCARCE_LOOK = Duration.ofMillis(20);
    private static final System.Logger LOG = System.getLogger("dev.sluice.transmission");

    private final Wire wire;
    private final OpenConnection open;
    private final Services services;
    private final Platform platform;
    private final BufferPool pool;
    private final String name;
    private final Output output;
    private final InFlight inFlight;
    private final Ending ending;
    private final Accounting accounting;
    private final Warmth warmth;
    private final Overtaking overtaking;
    private final Sender sender;
    private final Input input;
    private final Intake intake;
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
        this.wire = wire;
        this.open = (OpenConnection) session.export();
        this.services = services;
        this.platform = services.platform();
        this.pool = services.buffers();
        this.name = name;
        boolean parallel = threads > 1;
        SessionFacts facts = SessionFacts.of(session);
        ReplyEncoder encoder = new ReplyEncoder(facts);
        CallRunner runner = new CallRunner(facts, encoder, pool);
        this.output = new Output(wire, encoder, platform, name, maxBytes, this::complain);
        this.inFlight = new InFlight(platform, name, Math.max(1, threads), maxBytes);
        this.ending = new Ending(wire, open, services, inFlight, output, name, ended);
        this.accounting = new Accounting(open, services.observers());
        this.warmth = new Warmth(slots);
        this.overtaking = new Overtaking(watcher, services, inFlight, accounting, this::lead);
        this.sender = new Sender(wire, output, overtaking, inFlight, services, name);
        this.input = new Input(wire, services, warmth, output, inFlight::calls, sender);
        Entrance entrance = new Entrance(open, platform, parallel, name, me -> ending.isClosed() || !input.lookForDisconnect(me));
        this.intake = new Intake(open, facts, parallel, input, new LargeWrite(accounting, platform, wire, open, input, output),
                new InPlace(open, platform, runner, entrance, ending, accounting, overtaking, sender),
                new WorkerCalls(open, services, runner, entrance, ending, accounting, sender, inFlight),
                ending, accounting, sender, this::complain);
    }

    /** Counters of this connection. */
    public RequestCounters counters() {
        return accounting.counters();
    }

    /** Calls that run beside the leader now. */
    public int callsInFlight() {
        return inFlight.calls();
    }

    /** Whether the leader relies on the watcher; for tests. */
    boolean isWatched() {
        return overtaking.isWatched();
    }

    /**
     * For how long the client has kept a thread or memory waiting: it has left the rest of a request out, or does not take
     * its replies. To be asked by one thread, again and again: it compares with what it has found before.
     */
    public long stalledNanos(long now) {
        return Math.max(input.stalledNanos(now), output.stalledNanos(now));
    }

    /** Starts to serve the connection, once; returns when this thread has nothing more to do for it. */
    public void run() {
        park();
    }

    /** New requests are answered with ESHUTDOWN from now on. */
    public void stop(String why) {
        ending.stop(why);
    }

    /** Waits until every finished reply has left and nothing is being worked on. */
    public void awaitQuiet(Deadline deadline) {
        while (!(input.isWaiting() && isIdle()) && !ending.isClosed() && !deadline.isOver()) {
            // the look itself holds the output for a moment
            sender.sendHeldBack();
            platform.park(this, QUIET_LOOK_NANOS);
        }
    }

    /** Ends the connection at once; whoever waits for its socket is woken. */
    public void close() {
        ending.close();
    }

    /** Nothing to do: the connection waits without a thread and without buffers. */
    private void park() {
        input.setWaiting(true);
        parkedAt = platform.nanoTime();
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
        warmth.waited(platform.nanoTime() - parkedAt);
        Leadership me;
        try {
            me = Leadership.create(pool);
        } catch (NbdException e) {
            if (ending.isClosed()) {
                end(false);
            } else {
                // Others hold all memory now; this client has to wait, not to go.
                complain(e.getMessage());
                services.timers().after(Duration.ofMillis(20), this::readable);
            }
            return;
        }
        me.wokenToRead = true;
        overtaking.setLeader(me);
        lead(me);
    }

    /** Until the connection is parked or ends, or a follower leads. */
    private void lead(Leadership me) {
        boolean graceful = false;
        try {
            Turn turn = sender.sendBetween(me);
            while (turn == Turn.ON) {
                turn = intake.hasRequest(me) ? intake.next(me) : more(me);
            }
            if (turn == Turn.OVERTAKEN) {
                return;
            }
            if (turn == Turn.IDLE) {
                overtaking.setLeader(null);
                me.release();
                park();
                return;
            }
            graceful = turn == Turn.DISCONNECTED;
            sender.flush(me);
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

    /** The input is used up, but for a part of a header: sends what is finished and reads, unless there are better ways to wait. */
    private Turn more(Leadership me) throws IOException {
        Turn sent = sender.sendBetween(me);
        if (sent != Turn.ON) {
            return sent;
        }
        if (me.wokenToRead) {
            me.wokenToRead = false;
        } else if (!me.in.hasRemaining() && !warmth.isHot()) {
            if (isIdle()) {
                return Turn.IDLE;
            }
            if (!services.workers().isRoomy()) {
                return awaitCalls(me);
            }
        }
        return input.readMore(me) ? Turn.ON : Turn.GONE;
    }

    private boolean isIdle() {
        return inFlight.calls() == 0 && output.isQuiet();
    }

    /**
     * Who waits in a read keeps the thread until the client asks again, however long after the last call has ended that is. Where
     * threads are scarce this waits for the calls instead, and looks now and then what the client has to say.
     */
    private Turn awaitCalls(Leadership me) throws IOException {
        if (inFlight.calls() == 0) {
            // somebody lets the output go in this moment
            platform.park(this, QUIET_LOOK_NANOS);
        } else {
            inFlight.awaitNone(Deadline.after(platform, SCARCE_LOOK));
        }
        // between two requests there is no payload in the input that somebody needs
        me.in.clear().limit(0);
        return input.lookForDisconnect(me) ? Turn.ON : Turn.GONE;
    }

    private void end(boolean graceful) {
        overtaking.end();
        warmth.cool();
        ending.end(graceful);
    }

    /** Of the client, as many as it may cause: in the log there are only some. */
    private void complain(String what) {
        services.complaints().warn(LOG, "export " + open.export(), name + ": " + what);
    }
}
