package dev.sluice.filter.limit;

import dev.sluice.api.ClientInfo;
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
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.Transparent;
import dev.sluice.shared.connections.OpenConnections;
import dev.sluice.shared.connections.RefusalLog;
import java.io.IOException;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Turns clients away when too many are connected. In a swap the successor goes on with the same connections: whoever is
 * connected stays, also beyond a limit that has become lower.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("limit")
@Help("limits how many clients are connected at once")
@Transparent
@Parameter(name = "limit", type = ParameterType.INTEGER, defaultValue = "1",
        help = "clients at once, 0: any number; not given beside limit-per-client: any number")
@Parameter(name = "limit-per-client", type = ParameterType.INTEGER, defaultValue = "0",
        help = "connections at once from one address, or of one user on a Unix socket; 0: any number")
public class LimitFilter implements NbdFilter {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.limit");
    private static final long MOST = 0xffff_ffffL;

    private final RefusalLog refusals = new RefusalLog(LOG);
    private final OpenConnections connections = new OpenConnections("dev.sluice.filter.limit");
    private long limit;
    private long perClient;

    @Override
    public void configure(Parameters parameters) {
        perClient = parameters.integer("limit-per-client", 0, MOST);
        limit = parameters.integer("limit", 0, MOST);
        if (!parameters.has("limit") && perClient > 0) {
            limit = 0;
        }
    }

    /** The state of the predecessor says who may open. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public void preconnect(ClientInfo client) throws NbdException {
        try {
            connections.greet(client, (all, same) -> check(client, all, same));
        } catch (NbdException e) {
            refusals.refused("limit: connection " + client.connection() + ": " + e.getMessage());
            throw e;
        }
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        NbdDevice behind = next.open(request);
        // checked again: several clients may have been greeted while there was room for one
        connections.open(request.client(), (all, same) -> check(request.client(), all, same));
        return new LimitDevice(behind, connections, request.client());
    }

    private void check(ClientInfo client, int all, int same) throws NbdException {
        if (limit > 0 && all >= limit) {
            throw new NbdException(NbdError.EPERM, "too many clients are connected: the limit is " + limit);
        }
        if (perClient > 0 && same >= perClient) {
            throw new NbdException(NbdError.EPERM, "too many connections from " + OpenConnections.origin(client) + ": the limit is "
                    + perClient);
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
