package dev.sluice.core.transmission;

import dev.sluice.core.chain.Services;
import dev.sluice.core.export.OpenConnection;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Timers;
import java.io.IOException;
import java.time.Duration;

/**
 * How one connection ends, and whether and why it is about to. Any thread may stop or close it; the last leader ends it,
 * once: it waits for the calls that still run, says farewell where the wire has a word for that, and closes everything.
 */
final class Ending {
    /** How long the end of a connection waits for its calls before they are left to the export's drain. */
    static final Duration FINISH_WAIT = Duration.ofSeconds(60);
    private static final Duration FINISH_LOOK = Duration.ofSeconds(1);
    /** How long a client may take to hear that the connection ends. */
    private static final Duration FAREWELL_WAIT = Duration.ofSeconds(5);
    private static final System.Logger LOG = System.getLogger("dev.sluice.transmission");

    private final Wire wire;
    private final OpenConnection open;
    private final Services services;
    private final InFlight inFlight;
    private final Output output;
    private final String name;
    private final Runnable ended;
    private volatile String stopping;
    private volatile boolean closed;

    /** @param ended called once, when everything is closed */
    Ending(Wire wire, OpenConnection open, Services services, InFlight inFlight, Output output, String name, Runnable ended) {
        this.wire = wire;
        this.open = open;
        this.services = services;
        this.inFlight = inFlight;
        this.output = output;
        this.name = name;
        this.ended = ended;
    }

    /** New requests are answered with ESHUTDOWN from now on. */
    void stop(String why) {
        stopping = why;
    }

    /** Why new requests are refused; null if they are not. */
    String stopping() {
        return stopping;
    }

    /** Why a request is refused that found the gate closed. */
    String why() {
        String why = stopping;
        return why == null ? "the export is going away" : why;
    }

    /** Ends the connection at once; whoever waits for its socket is woken. */
    void close() {
        closed = true;
        wire.close();
        inFlight.close();
    }

    /** The leader has seen that there is no client any more: as if it was closed, as soon as the leader ends it. */
    void clientHasGone() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * By the last leader, which has given back what it had.
     *
     * @param graceful the client has said that it goes: calls that still run are not cancelled
     */
    void end(boolean graceful) {
        if (!graceful) {
            open.cancel("the client has gone");
        }
        inFlight.close();
        awaitCalls();
        sayFarewell();
        // Whoever waits for quiet need not wait any longer: everything that was finished has left.
        closed = true;
        open.close();
        wire.close();
        output.close();
        ended.run();
    }

    private void awaitCalls() {
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
}
