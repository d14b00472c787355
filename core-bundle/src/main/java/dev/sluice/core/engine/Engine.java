package dev.sluice.core.engine;

import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.api.runtime.PskEngines;
import dev.sluice.core.chain.Services;
import dev.sluice.core.export.ExportDirectory;
import dev.sluice.core.transmission.HotSlots;
import dev.sluice.core.transmission.Watcher;
import dev.sluice.core.transport.Network;
import dev.sluice.core.transport.PskTlsEngines;
import dev.sluice.core.transport.TlsConfig;
import dev.sluice.core.transport.TlsEngines;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.transport.X509Engines;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Listeners and connections of the server. Safe for use by several threads. */
public final class Engine {
    private static final System.Logger LOG = System.getLogger("dev.sluice.engine");
    /** Connections that may keep a thread while they wait; enough that a few busy clients get one each. */
    private static final int HOT_CONNECTIONS = Math.max(16, 4 * Runtime.getRuntime().availableProcessors());

    private final Services services;
    private final Network network;
    private final ExportDirectory directory;
    private final Supplier<Optional<PskEngines>> psk;
    private final Connections connections;
    private final Watcher watcher;
    private final Handshakes handshakes;
    private final HotSlots slots = new HotSlots(HOT_CONNECTIONS, Runtime.getRuntime().availableProcessors() / 2);
    private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
    /** Listeners that can't be as they are configured, and why. */
    private final Map<String, ListenerStatus> refused = new ConcurrentHashMap<>();

    /** Without listeners, and without TLS by shared keys. */
    public Engine(Services services, Network network, ExportDirectory directory) {
        this(services, network, directory, Optional::empty);
    }

    /**
     * Without listeners.
     *
     * @param psk who does TLS with shared keys now; empty while nobody does
     */
    public Engine(Services services, Network network, ExportDirectory directory, Supplier<Optional<PskEngines>> psk) {
        this.psk = psk;
        this.services = services;
        this.network = network;
        this.directory = directory;
        this.connections = new Connections(services.platform(), Math.max(1, services.workers().limit() / 2));
        this.watcher = new Watcher(services.platform());
        Relief relief = new Relief(services, connections::all);
        this.handshakes = new Handshakes(services, relief::needed);
        services.workers().onShortage(relief::needed);
        services.buffers().onShortage(relief::needed);
    }

    /**
     * Starts to listen; whether it worked stands in its status.
     *
     * @throws dev.sluice.api.ConfigException there is one of this name already, or its keys can't be used
     */
    public void listen(ListenerConfig config) {
        Listener listener = new Listener(config, services.platform());
        Optional<TlsEngines> tls = config.tls().map(this::engines);
        if (listeners.putIfAbsent(config.name(), listener) != null) {
            throw new dev.sluice.api.ConfigException("there are two listeners named '" + config.name() + "'; names must differ");
        }
        listener.start(network, wire -> connect(listener, tls, wire));
    }

    private TlsEngines engines(TlsConfig config) {
        Monitor loading = services.platform().monitor("keys of a listener");
        return config.psk().isPresent() ? new PskTlsEngines(config.psk().get(), psk, loading)
                : new X509Engines(config.certificates().orElseThrow(), config.clients(), loading);
    }

    private boolean connect(Listener listener, Optional<TlsEngines> tls, Wire wire) {
        Connection connection = new Connection(connections.nextId(), wire, listener.config(), tls, connections, services, watcher, slots,
                directory, handshakes, listener, () -> {
                    listener.released();
                    services.observers().changed();
                });
        connections.started(connection);
        services.observers().changed();
        if (!services.workers().tryRun(connection)) {
            connections.forget(connection);
            return false;
        }
        return true;
    }

    /** A listener whose configuration can't be used: it is shown with the reason until {@link #forget}. */
    public void refuse(String name, String address, String why) {
        refused.put(name, new ListenerStatus(name, false, address, why, 0, 0));
    }

    /** The configuration of a refused listener has gone. */
    public void forget(String name) {
        refused.remove(name);
    }

    /** Stops to listen; connections stay. */
    public void unlisten(ListenerConfig config) {
        Listener listener = listeners.remove(config.name());
        if (listener != null) {
            listener.close();
        }
    }

    /** A paused listener takes its clients from now on. */
    public void resume(ListenerConfig config) {
        Listener listener = listeners.get(config.name());
        if (listener != null) {
            listener.resume();
        }
    }

    /** Waits until the listener listens or has failed; empty if there is none in time. */
    public Optional<ListenerStatus> await(String name, Deadline deadline) {
        while (true) {
            Listener listener = listeners.get(name);
            if (listener != null) {
                listener.awaitSettled(deadline);
                return Optional.of(listener.status());
            }
            ListenerStatus bad = refused.get(name);
            if (bad != null) {
                return Optional.of(bad);
            }
            if (deadline.isOver()) {
                return Optional.empty();
            }
            services.platform().park(this, Math.min(deadline.remainingNanos(), 1_000_000));
        }
    }

    /** All listeners, by name. */
    public List<ListenerStatus> listeners() {
        return Stream.concat(listeners.values().stream().map(Listener::status), refused.values().stream())
                .sorted(Comparator.comparing(ListenerStatus::name)).toList();
    }

    /** All connections, oldest first. */
    public List<ConnectionStatus> connections() {
        return connections.status();
    }

    /** What one connection has done; empty if it is not there. */
    public List<OperationMetrics> operations(long id) {
        return connections.operations(id);
    }

    /** No new clients; handshakes are answered with ERR_SHUTDOWN from now on. */
    public void stopAccepting() {
        connections.stop();
        listeners.values().forEach(Listener::close);
        listeners.clear();
    }

    /** Closes what is left of the connections, after the exports have ended. */
    public void close(Duration atMost) {
        stopAccepting();
        connections.all().forEach(c -> c.disconnectHard("the server stops"));
        if (!connections.awaitNone(Deadline.after(services.platform(), atMost))) {
            connections.all().forEach(c -> LOG.log(System.Logger.Level.ERROR, c + " has not ended within " + atMost.toSeconds() + " s"));
        }
        watcher.close();
        network.close();
    }
}
