package dev.sluice.filter.exitlast;

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
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Stops the server when the last client of the export has left. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("exitlast")
@Help("stops the server when the last client has left")
@Transparent
@Parameter(name = "exitlast-grace", type = ParameterType.DELAY, defaultValue = "0", help = "how long to wait for another client")
public class ExitlastFilter implements NbdFilter {
    private static final String FORMAT = "dev.sluice.filter.exitlast";
    private static final int VERSION = 1;
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.exitlast");

    private Duration grace;
    private LayerContext context;
    private int clients;
    /** Counts departures of a last client: a wait that began before another one came does not end the server. */
    private int departures;
    private boolean waiting;

    @Override
    public void configure(Parameters parameters) {
        grace = parameters.delay("exitlast-grace");
    }

    @Override
    public void ready(LayerContext layer) {
        context = layer;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        NbdDevice behind = next.open(request);
        came();
        return new ExitlastDevice(behind, this);
    }

    private synchronized void came() {
        clients++;
        waiting = false;
    }

    /**
     * A device was closed.
     *
     * @param left whether its client has gone; otherwise it was replaced or removed under the client
     */
    synchronized void closed(boolean left) {
        clients--;
        if (left && clients == 0 && !context.cancellation().isCancelled()) {
            expect();
        }
    }

    /** A background task, because it does not run in the middle of a change, when clients only seem to be away. */
    private synchronized void expect() {
        waiting = true;
        departures++;
        int departure = departures;
        context.tasks().parallel().after(grace, () -> {
            end(departure);
            return null;
        });
    }

    private synchronized void end(int departure) {
        if (waiting && departure == departures && clients == 0) {
            waiting = false;
            LOG.log(System.Logger.Level.INFO, "export " + context.export() + ": its last client has left, the server stops");
            context.shutdown();
        }
    }

    @Override
    public synchronized Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("waiting", waiting)));
    }

    @Override
    public synchronized void adopt(HandOver state) {
        if (!state.format().equals(FORMAT) || !(state.state().get("waiting") instanceof Boolean was)) {
            throw new ConfigException("exitlast: can't take over state of format '" + state.format() + "' version " + state.version());
        }
        if (was && clients == 0) {
            expect();
        }
    }
}
