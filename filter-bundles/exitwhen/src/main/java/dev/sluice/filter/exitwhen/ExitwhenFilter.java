package dev.sluice.filter.exitwhen;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.FilterName;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
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
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.SluiceRuntime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Stops the server after an event, as soon as no client is connected. Events are looked for when a client comes or goes,
 * and every now and then while there is none.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("exitwhen")
@Help("stops the server after an event")
@Transparent
@Parameter(name = "exit-when-file-created", type = ParameterType.PATH, repeatable = true, help = "stop when this file exists")
@Parameter(name = "exit-when-file-deleted", type = ParameterType.PATH, repeatable = true, help = "stop when this file does not exist")
@Parameter(name = "exit-when-pipe-closed", aliases = "exit-when-fd-closed", type = ParameterType.INTEGER, repeatable = true,
        help = "stop when the other end of the pipe or socket in this descriptor is closed")
@Parameter(name = "exit-when-process-exits", aliases = "exit-when-pid-exits", type = ParameterType.INTEGER, repeatable = true,
        help = "stop when this process has ended")
@Parameter(name = "exit-when-script", repeatable = true, help = "stop when this shell script ends with status 88")
@Parameter(name = "exit-when-poll", type = ParameterType.DELAY, defaultValue = "60",
        help = "how often to look while no client is connected")
public class ExitwhenFilter implements NbdFilter {
    private static final String FORMAT = "dev.sluice.filter.exitwhen";
    private static final int VERSION = 1;
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.exitwhen");

    private final ToIntFunction<String> connections;
    private final List<Event> events = new ArrayList<>();
    private final AtomicInteger clients = new AtomicInteger();
    private Duration poll;
    private LayerContext context;
    /** What has happened; empty: nothing yet. Never becomes empty again. */
    private volatile String happened = "";

    /** What the component runtime calls. */
    @Activate
    public ExitwhenFilter(@Reference(name = "runtime", cardinality = ReferenceCardinality.OPTIONAL) SluiceRuntime runtime) {
        this(export -> runtime == null ? 0
                : runtime.exports().stream().filter(e -> e.name().equals(export)).mapToInt(ExportStatus::connections).sum());
    }

    /** With another way to know how many clients an export has. */
    ExitwhenFilter(ToIntFunction<String> connections) {
        this.connections = connections;
    }

    @Override
    public void configure(Parameters parameters) {
        poll = parameters.delay("exit-when-poll");
        if (poll.isZero()) {
            throw new ConfigException("exitwhen: exit-when-poll=" + parameters.string("exit-when-poll") + ": must be more than 0");
        }
        parameters.paths("exit-when-file-created").forEach(p -> events.add(Event.created(p)));
        parameters.paths("exit-when-file-deleted").forEach(p -> events.add(Event.deleted(p)));
        parameters.strings("exit-when-pipe-closed").forEach(fd -> events.add(HangUp.of(fd)));
        parameters.strings("exit-when-process-exits").forEach(pid -> events.add(ProcessExit.of(pid)));
        parameters.strings("exit-when-script").forEach(s -> events.add(new Script(s)));
    }

    @Override
    public void ready(LayerContext layer) {
        context = layer;
        if (!events.isEmpty()) {
            later(() -> {
                stopIfIdle();
                return null;
            });
            layer.tasks().parallel().every(poll, () -> {
                stopIfIdle();
                return null;
            });
        }
    }

    @Override
    public void preconnect(ClientInfo client) throws NbdException {
        look();
        refuse();
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        NbdDevice behind = next.open(request);
        clients.incrementAndGet();
        return new ExitwhenDevice(behind, this);
    }

    /**
     * A device was closed.
     *
     * @param left whether its client has gone; otherwise it was replaced or removed under the client
     */
    void closed(boolean left) {
        int rest = clients.decrementAndGet();
        if (left && rest == 0 && !events.isEmpty() && !context.cancellation().isCancelled()) {
            later(() -> {
                stopIfIdle();
                return null;
            });
        }
    }

    /** A background task, because none runs in the middle of a change, when clients only seem to be away. */
    private void later(Callable<?> work) {
        context.tasks().parallel().submit(work);
    }

    /** Not only the own devices count: a layer that is being put in has none yet for the clients that are there. */
    private boolean isIdle() {
        return clients.get() == 0 && connections.applyAsInt(context.export()) == 0;
    }

    private void stopIfIdle() {
        if (!isIdle()) {
            return;
        }
        look();
        if (!happened.isEmpty() && isIdle()) {
            LOG.log(System.Logger.Level.INFO, "export " + context.export() + ": " + happened + ", the server stops");
            context.shutdown();
        }
    }

    private void look() {
        for (Event e : events) {
            if (!happened.isEmpty()) {
                return;
            }
            if (e.hasHappened(context.cancellation())) {
                happened = e.text();
            }
        }
    }

    private void refuse() throws NbdException {
        if (!happened.isEmpty()) {
            throw new NbdException(NbdError.ESHUTDOWN, "the server is about to stop, because " + happened);
        }
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("happened", happened)));
    }

    @Override
    public void adopt(HandOver state) {
        if (!state.format().equals(FORMAT) || !(state.state().get("happened") instanceof String before)) {
            throw new ConfigException("exitwhen: can't take over state of format '" + state.format() + "' version " + state.version());
        }
        if (!events.isEmpty() && happened.isEmpty()) {
            happened = before;
        }
    }
}
