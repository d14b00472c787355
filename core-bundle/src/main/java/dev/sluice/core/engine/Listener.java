package dev.sluice.core.engine;

import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.core.transport.Acceptor;
import dev.sluice.core.transport.Network;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Failures;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** One address where clients come in: binds it, takes clients from it, refuses those beyond the bound. */
final class Listener {
    private static final System.Logger LOG = System.getLogger("dev.sluice.listener");
    /** After a failed accept, such as too many open files: without a pause this would spin. */
    private static final long BACK_OFF_NANOS = 50_000_000;
    private static final int LOGGED_ONCE_IN = 1000;

    private final ListenerConfig config;
    private final Platform platform;
    private final Monitor monitor;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong late = new AtomicLong();

    // guarded by monitor
    private Acceptor acceptor;
    private String failure = "";
    private boolean settled;
    /** What a paused listener does when it goes on. */
    private Runnable whenResumed;
    private boolean closed;

    Listener(ListenerConfig config, Platform platform) {
        this.config = config;
        this.platform = platform;
        this.monitor = platform.monitor("listener " + config.name());
    }

    ListenerConfig config() {
        return config;
    }

    /** Binds, and takes clients on a thread of its own. {@code starter} answers false for a client that can't be served. */
    void start(Network network, Function<Wire, Boolean> starter) {
        Acceptor bound = null;
        String why = "";
        try {
            bound = network.listen(config.address());
        } catch (IOException | RuntimeException e) {
            why = config.address().text() + ": " + (e.getMessage() == null ? e.toString() : e.getMessage());
        }
        boolean late;
        monitor.lock();
        try {
            late = closed;
            acceptor = late ? null : bound;
            failure = why;
            settled = true;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
        if (bound == null) {
            LOG.log(System.Logger.Level.ERROR, "listener " + config.name() + ": " + why);
        } else if (late) {
            close(bound);
        } else {
            Acceptor mine = bound;
            Runnable go = () -> platform.start("sluice-accept-" + config.name(), () -> accept(mine, starter));
            if (config.paused()) {
                whenResumed(go);
            } else {
                go.run();
            }
        }
    }

    private void whenResumed(Runnable go) {
        monitor.lock();
        try {
            whenResumed = go;
        } finally {
            monitor.unlock();
        }
    }

    /** Clients that have queued since {@link #start} are taken, if this was paused. */
    void resume() {
        Runnable go;
        monitor.lock();
        try {
            go = closed ? null : whenResumed;
            whenResumed = null;
        } finally {
            monitor.unlock();
        }
        if (go != null) {
            go.run();
        }
    }

    private void accept(Acceptor from, Function<Wire, Boolean> starter) {
        long failed = 0;
        while (!isClosed()) {
            Wire wire;
            try {
                wire = from.accept();
                if (config.keepAlive()) {
                    keepAlive(wire);
                }
            } catch (ClosedChannelException e) {
                break;
            } catch (IOException | RuntimeException e) {
                if (failed++ % LOGGED_ONCE_IN == 0) {
                    LOG.log(System.Logger.Level.WARNING, "listener " + config.name() + ": a client could not be taken: "
                            + Failures.line(e) + " (logged once in a thousand times)");
                }
                platform.park(this, BACK_OFF_NANOS);
                continue;
            }
            if (open.incrementAndGet() > config.maxConnections()) {
                open.decrementAndGet();
                refuse(wire, "there are " + config.maxConnections() + " connections already");
            } else if (!start(wire, starter)) {
                open.decrementAndGet();
                refuse(wire, "no thread is free for it");
            } else {
                accepted.incrementAndGet();
            }
        }
    }

    /** One client that can't be served must not end the listener. */
    private boolean start(Wire wire, Function<Wire, Boolean> starter) {
        try {
            return starter.apply(wire);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "listener " + config.name() + ": internal error", e);
            platform.park(this, BACK_OFF_NANOS);
            return false;
        }
    }

    /** A client that is gone already is found out by whoever reads. */
    private void keepAlive(Wire wire) {
        try {
            wire.keepAlive();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "listener " + config.name() + ": keepalive: " + e.getMessage());
        }
    }

    private void refuse(Wire wire, String why) {
        if (refused.incrementAndGet() % LOGGED_ONCE_IN == 1) {
            LOG.log(System.Logger.Level.WARNING, "listener " + config.name() + ": a client is turned away, " + why
                    + " (logged once in a thousand times)");
        }
        wire.close();
    }

    /** A client's handshake was not done in time. Anybody can be that, so not every one is worth a line of the log. */
    void tooSlow(Connection client) {
        refused.incrementAndGet();
        if (late.incrementAndGet() % 1000 == 1) {
            LOG.log(System.Logger.Level.WARNING, client + ": the handshake was not done within " + config.handshakeTimeout().toMillis()
                    + " ms; the connection is closed (logged once in a thousand times)");
        }
    }

    /** A client that was taken here is sent away for the sake of the others. */
    void sentAway() {
        refused.incrementAndGet();
    }

    /** A client that was taken here has gone. */
    void released() {
        open.decrementAndGet();
    }

    boolean isClosed() {
        monitor.lock();
        try {
            return closed;
        } finally {
            monitor.unlock();
        }
    }

    void awaitSettled(Deadline deadline) {
        monitor.lock();
        try {
            while (!settled) {
                if (!monitor.await(deadline) && deadline.isOver()) {
                    return;
                }
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Takes no more clients; those that came stay. */
    void close() {
        Acceptor mine;
        monitor.lock();
        try {
            closed = true;
            mine = acceptor;
            acceptor = null;
        } finally {
            monitor.unlock();
        }
        if (mine != null) {
            close(mine);
        }
    }

    private void close(Acceptor bound) {
        try {
            bound.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "listener " + config.name() + ": closing: " + e.getMessage());
        }
    }

    ListenerStatus status() {
        monitor.lock();
        try {
            boolean up = acceptor != null;
            return new ListenerStatus(config.name(), up, up ? acceptor.address() : config.address().text(), failure, accepted.get(),
                    refused.get());
        } finally {
            monitor.unlock();
        }
    }
}
