package dev.sluice.core.export;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.ThreadModel;
import dev.sluice.core.chain.Chain;
import dev.sluice.core.gate.Gate;
import dev.sluice.core.metrics.RequestCounters;
import dev.sluice.core.util.Monitor;
import java.util.List;

/**
 * One connection's use of an export: its chain, the gate that its requests go through, and the lock that a strict
 * thread model asks for. Lock order: the serial lock before the gate.
 */
public final class OpenConnection implements OpenExport {
    private final Export export;
    private final String name;
    private final ClientInfo client;
    private final Chain chain;
    private final Gate gate;
    private final ExportDirectory.SessionControl session;
    private final DeviceInfo info;
    private final RequestCounters counters = new RequestCounters();

    OpenConnection(Export export, String name, ClientInfo client, Chain chain, Gate gate, DeviceInfo info,
            ExportDirectory.SessionControl session) {
        this.export = export;
        this.name = name;
        this.client = client;
        this.chain = chain;
        this.gate = gate;
        this.info = info;
        this.session = session;
    }

    /** Where requests go, by whoever is inside the gate. */
    public NbdDevice device() {
        return chain.device();
    }

    /** Entered around every request. */
    public Gate gate() {
        return gate;
    }

    /** Held around every request, taken before the gate is entered; null if requests may run in parallel. */
    public Monitor serialLock() {
        return export.turns().lock(chain.turn());
    }

    /** What its requests are counted in from now on; the export has their sum. */
    public RequestCounters count() {
        export.counters().begin(counters);
        return counters;
    }

    /** Whether slow requests of all connections of the export are better run in place. */
    public Trials trials() {
        return export.trials();
    }

    /** The number of the connection. */
    public long connection() {
        return client.connection();
    }

    /** How many requests may run at once. */
    public ThreadModel threadModel() {
        return export.threadModel();
    }

    /** The configured name of the export. */
    public String export() {
        return export.name();
    }

    /** Tells the layers' calls for this connection to stop; requests are still answered. */
    public void cancel(String why) {
        chain.cancel(why);
    }

    /** Ends the connection at once. */
    public void disconnectHard(String why) {
        session.disconnectHard(why);
    }

    Chain chain() {
        return chain;
    }

    ClientInfo client() {
        return client;
    }

    ExportDirectory.SessionControl session() {
        return session;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public String description() throws NbdException {
        return export.inside(pass -> chain.description());
    }

    @Override
    public List<MetaContext> contexts() {
        try {
            return export.inside(pass -> chain.contexts());
        } catch (NbdException e) {
            // What can't be asked now is not offered to this client.
            return List.of();
        }
    }

    @Override
    public void close() {
        export.counters().end(counters);
        export.clients().closed(this);
    }
}
