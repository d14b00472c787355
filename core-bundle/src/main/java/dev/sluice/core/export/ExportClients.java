package dev.sluice.core.export;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdException;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.core.chain.Chain;
import dev.sluice.core.chain.Layer;
import dev.sluice.core.chain.LayerCalls;
import dev.sluice.core.chain.Services;
import dev.sluice.core.gate.CallGate;
import dev.sluice.core.gate.Gate;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Failures;
import dev.sluice.core.util.Monitor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/** Who uses an export: clients that ask what it is, come, and go. */
final class ExportClients {
    private static final System.Logger LOG = System.getLogger("dev.sluice.export");

    private final Export export;
    private final Services services;
    private final CallGate controlGate;
    /** The export's own: a client comes in one step with a look at the state. */
    private final Monitor monitor;

    // guarded by monitor
    private final Set<OpenConnection> connections = new LinkedHashSet<>();
    private final List<OpenConnection> departed = new ArrayList<>();
    /** For as long as they are connected to the server. */
    private final Set<ClientInfo> admitted = Collections.newSetFromMap(new WeakHashMap<>());
    private volatile String lastRefusal = "";

    ExportClients(Export export, Monitor monitor) {
        this.export = export;
        this.services = export.services();
        this.controlGate = export.controlGate();
        this.monitor = monitor;
    }

    /** The connections that use it now. */
    List<OpenConnection> all() {
        monitor.lock();
        try {
            return List.copyOf(connections);
        } finally {
            monitor.unlock();
        }
    }

    /** The exports that its layers show. */
    List<ExportInfo> list(ClientInfo client) throws NbdException {
        return export.inside(pass -> {
            admit(client);
            return LayerCalls.exports(export.layers(), client);
        });
    }

    /** What its layers put in place of the empty name. */
    String defaultExport(ClientInfo client) throws NbdException {
        return export.inside(pass -> {
            admit(client);
            return LayerCalls.defaultExport(export.layers(), client);
        });
    }

    /** Asks its layers whether this client may come. */
    void preconnect(ClientInfo client) throws NbdException {
        export.inside(pass -> {
            admit(client);
            return true;
        });
    }

    /** They are asked once for each client: before it is greeted, or before the first that it wants of this export. */
    private void admit(ClientInfo client) throws NbdException {
        monitor.lock();
        try {
            if (admitted.contains(client)) {
                return;
            }
        } finally {
            monitor.unlock();
        }
        LayerCalls.preconnect(export.layers(), client);
        monitor.lock();
        try {
            admitted.add(client);
        } finally {
            monitor.unlock();
        }
    }

    /** Opens its chain for a client. */
    OpenConnection open(String exportName, ClientInfo client, ExportDirectory.SessionControl session) throws NbdException {
        export.config().tls().check(exportName, client);
        return export.inside(pass -> {
            admit(client);
            List<Layer> used = export.layers();
            Chain chain = openChain(used, exportName, client, pass);
            DeviceInfo info = export.threadModel() == ThreadModel.SERIALIZE_CONNECTIONS ? chain.promised().with().multiConn(false).build()
                    : chain.promised();
            OpenConnection connection = new OpenConnection(export, exportName, client, chain,
                    new Gate(services.platform(), "connection " + client.connection()), info, session);
            monitor.lock();
            try {
                if (export.state() == ExportState.ACTIVE && used.equals(export.layers()) && !pass.isStranded()) {
                    if (controlGate.isShut()) {
                        // A change waits for this call; it may have shut the gates of the other connections already.
                        connection.gate().shut();
                    }
                    connections.add(connection);
                    return connection;
                }
            } finally {
                monitor.unlock();
            }
            // A change has begun meanwhile: it does not know this chain.
            chain.close();
            return null;
        });
    }

    private Chain openChain(List<Layer> layers, String exportName, ClientInfo client, CallGate.Pass pass) throws NbdException {
        try {
            boolean readOnly = export.config().readOnly() || client.readOnly() || !export.config().tls().mayWrite(client);
            return Chain.open(layers, client, exportName, readOnly, c -> pass.onStrand(c::strand));
        } catch (NbdException e) {
            String text = e.getMessage();
            if (!text.equals(lastRefusal)) {
                lastRefusal = text;
                String who = "export " + export.name();
                services.complaints().warn(LOG, who, who + ": it can't be opened for " + client.peer() + ": " + Failures.oneLine(text)
                        + " (the same reason is logged once)");
            }
            throw e;
        }
    }

    /**
     * A connection is done: its requests end, then its devices are closed. While a change is under way its operations own
     * the chain; then the rest is done when the gate is reopened, see {@link #closeDeparted}.
     */
    void closed(OpenConnection connection) {
        connection.gate().close();
        if (!all().contains(connection)) {
            return;
        }
        if (!connection.gate().awaitEmpty(Deadline.after(services.platform(), export.config().drain()))) {
            export.stop().strand(connection, "the client has gone");
            return;
        }
        CallGate.Pass pass = controlGate.tryEnter();
        while (pass == null) {
            monitor.lock();
            try {
                if (controlGate.isClosed() || !connections.contains(connection)) {
                    return;
                }
                if (controlGate.isShut()) {
                    departed.add(connection);
                    return;
                }
            } finally {
                monitor.unlock();
            }
            pass = controlGate.tryEnter();
        }
        try {
            if (take(connection)) {
                connection.chain().close();
            }
        } finally {
            pass.exit();
        }
    }

    private boolean take(OpenConnection connection) {
        monitor.lock();
        try {
            monitor.signalAll();
            return connections.remove(connection);
        } finally {
            monitor.unlock();
        }
    }

    /** The gate of other calls is open again: closes the chains of clients that have left meanwhile. */
    void closeDeparted() {
        List<OpenConnection> left;
        monitor.lock();
        try {
            left = List.copyOf(departed);
            departed.clear();
        } finally {
            monitor.unlock();
        }
        if (!left.isEmpty()) {
            services.platform().start("sluice-close-" + export.name(), () -> left.forEach(this::closed));
        }
    }

    /** Takes a connection out whose calls do not return. */
    void forget(OpenConnection connection) {
        monitor.lock();
        try {
            connections.remove(connection);
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Takes all connections out; the caller closes them. */
    List<OpenConnection> takeAll() {
        monitor.lock();
        try {
            List<OpenConnection> taken = List.copyOf(connections);
            connections.clear();
            monitor.signalAll();
            return taken;
        } finally {
            monitor.unlock();
        }
    }
}
