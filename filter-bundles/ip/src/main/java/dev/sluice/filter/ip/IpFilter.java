package dev.sluice.filter.ip;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.FilterName;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.Parameters;
import dev.sluice.api.Transparent;
import dev.sluice.shared.connections.OpenConnections;
import dev.sluice.shared.connections.RefusalLog;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Admits clients by their address, user, group, or what TLS has proved of them. In a swap, whoever is connected stays, also if
 * other rules would not admit it now.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("ip")
@Help("admits clients by where they come from")
@Transparent
@Parameter(name = "allow", repeatable = true, help = "rules, with commas between them, for clients that are admitted whatever deny says")
@Parameter(name = "deny", repeatable = true, help = "rules for clients that are turned away")
public class IpFilter implements NbdFilter {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.ip");

    private final RefusalLog refusals = new RefusalLog(LOG);
    private final OpenConnections connections = new OpenConnections("dev.sluice.filter.ip");
    private final ClientIdentity identity;
    private Rules allow;
    private Rules deny;

    /** What the component runtime calls. */
    @Activate
    public IpFilter() {
        this(ClientIdentity.TLS);
    }

    /** With another source of what is known of clients. */
    IpFilter(ClientIdentity identity) {
        this.identity = identity;
    }

    @Override
    public void configure(Parameters parameters) {
        allow = Rules.parse("allow", parameters.strings("allow"), identity);
        deny = Rules.parse("deny", parameters.strings("deny"), identity);
    }

    /** The state of the predecessor says who may open. */
    @Override
    public boolean exclusive() {
        return true;
    }

    /** Before TLS nobody knows a certificate, so that rules about it are looked at later. */
    @Override
    public void preconnect(ClientInfo client) throws NbdException {
        if (!allow.needTls() && !deny.needTls()) {
            check(client);
        }
    }

    @Override
    public List<ExportInfo> exports(ClientInfo client, NextLayer next) throws IOException {
        checkUnlessConnected(client);
        return next.exports(client);
    }

    @Override
    public String defaultExport(ClientInfo client, NextLayer next) throws IOException {
        checkUnlessConnected(client);
        return next.defaultExport(client);
    }

    /** Checked here too: with several exports a client is greeted before it is known whose rules it needs. */
    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        ClientInfo client = request.client();
        checkUnlessConnected(client);
        NbdDevice behind = next.open(request);
        connections.open(client, (all, same) -> { });
        return new IpDevice(behind, connections, client);
    }

    private void checkUnlessConnected(ClientInfo client) throws NbdException {
        if (!connections.isKnown(client)) {
            check(client);
        }
    }

    private void check(ClientInfo client) throws NbdException {
        if (!allow.admit(client, identity) && deny.refuse(client, identity)) {
            String who = client.peer().toString();
            refusals.refused("ip: connection " + client.connection() + ": client " + who + " is not allowed to connect");
            throw new NbdException(NbdError.EPERM, "client " + who + " is not allowed to connect");
        }
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(connections.release());
    }

    @Override
    public void adopt(HandOver state) {
        connections.adopt(state);
    }
}
