package dev.sluice.filter.rate;

import dev.sluice.api.ConfigException;
import dev.sluice.api.FilterName;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.Transparent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Limits the bandwidth of reads and of writes: of all clients together, of each client, and of each connection. What was
 * used up stays used up in a swap.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("rate")
@Help("limits the bandwidth")
@Transparent
@Parameter(name = "rate", type = ParameterType.RATE, help = "bits per second of all clients together")
@Parameter(name = "connection-rate", type = ParameterType.RATE, help = "bits per second of each connection")
@Parameter(name = "client-rate", type = ParameterType.RATE, help = "bits per second of all connections of one client")
@Parameter(name = "rate-file", type = ParameterType.PATH, help = "while it exists its first line takes the place of `rate`")
@Parameter(name = "connection-rate-file", type = ParameterType.PATH, help = "the same for `connection-rate`")
@Parameter(name = "client-rate-file", type = ParameterType.PATH, help = "the same for `client-rate`")
@Parameter(name = "burstiness", type = ParameterType.DELAY, defaultValue = "2",
        help = "for how long of its rate a client may burst after a pause")
public class RateFilter implements NbdFilter {
    private static final String FORMAT = "dev.sluice.filter.rate";
    private static final int VERSION = 1;

    private Limit all;
    private Limit perClient;
    private Limit perConnection;
    private Pair shared;
    private Clients clients;
    private LayerContext context;

    @Override
    public void configure(Parameters parameters) {
        double burst = parameters.delay("burstiness").toNanos() / 1e9;
        if (burst == 0) {
            throw new ConfigException("rate: burstiness=" + parameters.string("burstiness") + ": must be more than 0 seconds");
        }
        all = limit(parameters, "rate", burst);
        perClient = limit(parameters, "client-rate", burst);
        perConnection = limit(parameters, "connection-rate", burst);
    }

    private static Limit limit(Parameters parameters, String name, double burst) {
        long rate = parameters.has(name) ? parameters.rate(name) : 0;
        if (parameters.has(name) && rate == 0) {
            throw new ConfigException("rate: " + name + "=" + parameters.string(name) + ": must be at least 1 bit per second");
        }
        String file = name + "-file";
        Optional<Path> path = parameters.has(file) ? Optional.of(parameters.path(file)) : Optional.empty();
        return new Limit(name, rate, burst, path);
    }

    @Override
    public void ready(LayerContext layer) {
        context = layer;
        long now = now();
        List.of(all, perClient, perConnection).forEach(l -> l.look(now));
        shared = new Pair(all, now);
        clients = new Clients(perClient);
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        NbdDevice behind = next.open(request);
        if (all.isOff() && perClient.isOff() && perConnection.isOff()) {
            return new UnlimitedDevice(behind);
        }
        long now = now();
        Pair ofClient = clients.enter(request.client().peer(), now);
        return new RateDevice(behind, new Pair(perConnection, now), ofClient, shared, clients, request);
    }

    @Override
    public Optional<HandOver> release() {
        long now = now();
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("all", shared.state(now), "clients", clients.state(now),
                "rates", Map.of("all", all.rate(), "client", perClient.rate(), "connection", perConnection.rate()))));
    }

    @Override
    public void adopt(HandOver handed) {
        if (!handed.format().equals(FORMAT) || handed.version() != VERSION) {
            throw new ConfigException("rate: can't take over state of format '" + handed.format() + "' version " + handed.version());
        }
        long now = now();
        Map<String, Object> state = handed.state();
        Map<?, ?> rates = (Map<?, ?>) state.get("rates");
        all.inherit(rate(rates, "all"));
        perClient.inherit(rate(rates, "client"));
        perConnection.inherit(rate(rates, "connection"));
        shared.adopt((Map<?, ?>) state.get("all"), now);
        clients.adopt((Map<?, ?>) state.get("clients"), now);
    }

    private static OptionalLong rate(Map<?, ?> rates, String key) {
        return rates.get(key) instanceof Long rate ? OptionalLong.of(rate) : OptionalLong.empty();
    }

    private long now() {
        return context.clock().getAsLong();
    }
}
