package dev.sluice.core.engine;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.Peer;
import dev.sluice.api.TlsIdentity;
import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.core.chain.Services;
import dev.sluice.core.export.ExportDirectory;
import dev.sluice.core.handshake.Handshake;
import dev.sluice.core.handshake.NegotiatedSession;
import dev.sluice.core.handshake.TooMuchException;
import dev.sluice.core.metrics.RequestCounters;
import dev.sluice.core.transmission.HotSlots;
import dev.sluice.core.transmission.Transmission;
import dev.sluice.core.transmission.Watcher;
import dev.sluice.core.transport.TlsEngines;
import dev.sluice.core.transport.TlsWire;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Failures;
import dev.sluice.core.util.Timers;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One client, from accept to close. Runs on a worker's thread; the transmission phase may change threads.
 */
final class Connection implements Runnable, ClientInfo, ExportDirectory.SessionControl, Relief.Holder {
    private static final System.Logger LOG = System.getLogger("dev.sluice.connection");

    private final long id;
    private final Wire plain;
    private final ListenerConfig config;
    private final Optional<TlsEngines> tlsEngines;
    private final Connections registry;
    private final Services services;
    private final Watcher watcher;
    private final HotSlots slots;
    private final ExportDirectory directory;
    private final Handshakes handshakes;
    private final Listener listener;
    private final Runnable released;
    private volatile WireHandshakeChannel channel;
    private volatile IdleLimit idle;
    // of whoever is at the handshake, one thread at a time
    private Handshake handshake;
    private Timers.Timer limit;
    /** Around the plain one; null without TLS. */
    private volatile TlsWire tls;
    private volatile Transmission transmission;
    private volatile String export = "";
    private volatile String exportName = "";
    private volatile boolean closing;
    private final AtomicBoolean ended = new AtomicBoolean();

    Connection(long id, Wire wire, ListenerConfig config, Optional<TlsEngines> tlsEngines, Connections registry, Services services,
            Watcher watcher, HotSlots slots, ExportDirectory directory, Handshakes handshakes, Listener listener, Runnable released) {
        this.id = id;
        this.plain = wire;
        this.config = config;
        this.tlsEngines = tlsEngines;
        this.registry = registry;
        this.services = services;
        this.watcher = watcher;
        this.slots = slots;
        this.directory = directory;
        this.handshakes = handshakes;
        this.listener = listener;
        this.released = released;
    }

    /** The listener may take another client. */
    void released() {
        if (ended.compareAndSet(false, true)) {
            released.run();
        }
    }

    @Override
    public void run() {
        guarded(this::greet);
    }

    /** A part of the connection's life before the transmission. */
    private interface Part {
        /** Answers whether the connection goes on. */
        boolean run() throws IOException;
    }

    private void guarded(Part part) {
        boolean passedOn = false;
        try {
            passedOn = part.run();
        } catch (TooMuchException e) {
            LOG.log(System.Logger.Level.DEBUG, this + ": " + Failures.line(e));
            listener.sentAway();
        } catch (EOFException e) {
            LOG.log(System.Logger.Level.DEBUG, this + ": the client has gone during the handshake");
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, this + ": " + Failures.line(e));
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, this + ": internal error", e);
        } finally {
            if (!passedOn) {
                end();
            }
        }
    }

    /** Before the transmission has begun. */
    private void end() {
        if (limit != null) {
            limit.cancel();
        }
        try {
            if (handshake != null) {
                handshake.close();
            }
        } finally {
            wire().close();
            registry.ended(this);
        }
    }

    /** Up to where the client has to speak. */
    private boolean greet() throws IOException {
        if (!registry.awaitTurn(this, directory::oneAtATime)) {
            if (!registry.isStopping()) {
                listener.sentAway();
            }
            return false;
        }
        directory.admit(this);
        limit = services.timers().after(config.handshakeTimeout(), () -> {
            listener.tooSlow(this);
            wire().close();
        });
        channel = new WireHandshakeChannel(plain, tlsEngines, services, config.name(), this::encrypted);
        handshake = Handshake.begin(channel, config.handshake(), directory, this, this, registry::isStopping);
        if (!handshake.isClientsTurn()) {
            return handshake.step() == Handshake.Step.CHOSEN && chosen();
        }
        channel.whenReadable(this::readable);
        return true;
    }

    /** On the poller's thread: a client that sends a message bit by bit has no thread before it is there. */
    private void readable() {
        if (tls == null) {
            try {
                if (!channel.gather()) {
                    channel.whenReadable(this::readable);
                    return;
                }
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, this + ": " + Failures.line(e));
            }
        }
        handshakes.run(() -> guarded(this::negotiate));
    }

    private boolean negotiate() throws IOException {
        while (channel.gather()) {
            switch (handshake.step()) {
                case CHOSEN:
                    return chosen();
                case ENDED:
                    wire().finish();
                    return false;
                default:
                    channel.answered();
                    break;
            }
        }
        channel.whenReadable(this::readable);
        return true;
    }

    private boolean chosen() {
        NegotiatedSession session = handshake.session().orElseThrow();
        handshake = null;
        if (!limit.cancel()) {
            session.export().close();
            return false;
        }
        transmit(session);
        channel = null;
        return true;
    }

    /** When it returns the connection is the transmission's; when it throws it is not, and nothing is left open in the export. */
    private void transmit(NegotiatedSession session) {
        try {
            Transmission t = new Transmission(wire(), session, services, watcher, slots, toString(), config.threads(), config.maxBytes(),
                    this::transmissionEnded);
            export = ((dev.sluice.core.export.OpenConnection) session.export()).export();
            exportName = session.export().name();
            transmission = t;
            limitIdleTime(t);
            if (closing) {
                // The export ended between the handshake and here.
                t.close();
            }
            t.run();
        } catch (RuntimeException | Error e) {
            session.export().close();
            throw e;
        }
    }

    private void limitIdleTime(Transmission t) {
        if (!config.idleTimeout().isZero()) {
            idle = IdleLimit.start(t, services.timers(), config.idleTimeout(),
                    () -> sendAway("no request has come for " + config.idleTimeout().toMillis() + " ms"));
        }
    }

    private void transmissionEnded() {
        if (idle != null) {
            idle.end();
        }
        registry.ended(this);
    }

    /** From now on; whoever closes the connection meanwhile has closed the plain one, which ends both. */
    private void encrypted(TlsWire wire) {
        tls = wire;
        if (closing) {
            wire.close();
        }
    }

    private Wire wire() {
        TlsWire t = tls;
        return t == null ? plain : t;
    }

    @Override
    public long connection() {
        return id;
    }

    @Override
    public Peer peer() {
        return plain.identified();
    }

    @Override
    public boolean tls() {
        return tls != null;
    }

    @Override
    public TlsIdentity identity() {
        TlsWire t = tls;
        return t == null ? TlsIdentity.NOBODY : t.identity();
    }

    @Override
    public boolean readOnly() {
        return config.readOnly();
    }

    @Override
    public void disconnect(boolean force) {
        if (force) {
            disconnectHard("a layer closes the connection");
        } else {
            disconnectSoft("a layer ends the connection");
        }
    }

    @Override
    public void disconnectSoft(String why) {
        Transmission t = transmission;
        if (t == null) {
            disconnectHard(why);
        } else {
            t.stop(why);
        }
    }

    @Override
    public void disconnectHard(String why) {
        closing = true;
        Transmission t = transmission;
        if (t != null) {
            t.close();
        } else {
            wire().close();
        }
    }

    @Override
    public void disconnectQuiet(String why, Duration atMost) {
        Transmission t = transmission;
        if (t != null) {
            t.stop(why);
            t.awaitQuiet(Deadline.after(services.platform(), atMost));
        }
        disconnectHard(why);
    }

    /** For how long this client has held a thread or memory without doing its part; see {@link Transmission#stalledNanos}. */
    @Override
    public long stalledNanos(long now) {
        Transmission t = transmission;
        WireHandshakeChannel c = channel;
        return t != null ? t.stalledNanos(now) : c == null ? 0 : c.waitedNanos(now);
    }

    /** Ends the connection because others need what it holds. */
    @Override
    public void sendAway(String why) {
        LOG.log(System.Logger.Level.DEBUG, this + ": sent away: " + why);
        listener.sentAway();
        disconnectHard(why);
    }

    ConnectionStatus status() {
        Transmission t = transmission;
        RequestCounters c = t == null ? new RequestCounters() : t.counters();
        return new ConnectionStatus(id, who(), config.name(), export, exportName,
                closing ? "closing" : t == null ? "handshake" : "transmission", c.requests(), c.errors(), c.bytesRead(), c.bytesWritten(),
                t == null ? 0 : t.callsInFlight());
    }

    /** Where the client is, and how and as whom it has encrypted. */
    private String who() {
        TlsWire t = tls;
        String identity = identity().toString();
        return plain.peer() + (t == null ? "" : " (" + t.protocol() + (identity.isEmpty() ? ")" : ", " + identity + ")"));
    }

    List<OperationMetrics> operations() {
        Transmission t = transmission;
        return t == null ? List.of() : t.counters().operations();
    }

    @Override
    public String toString() {
        return "connection " + id + " (" + plain.peer() + (exportName.isEmpty() ? "" : ", export " + Failures.oneLine(exportName)) + ")";
    }
}
