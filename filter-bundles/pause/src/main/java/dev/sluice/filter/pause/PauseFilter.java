package dev.sluice.filter.pause;

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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Holds requests while an operator says so over a Unix socket. The socket is looked at by a task of the layer every few
 * milliseconds. In a swap the successor goes on with the same socket, the same connections to it, and paused if it was.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("pause")
@Help("holds requests while an operator says so")
@Transparent
@Parameter(name = "pause-control", type = ParameterType.PATH, required = true, help = "the Unix socket that takes the operator's commands")
public class PauseFilter implements NbdFilter {
    /** How long the first to connect waits at most. */
    static final Duration IDLE = Duration.ofMillis(50);
    /** While somebody is connected. */
    static final Duration BUSY = Duration.ofMillis(5);
    private static final String FORMAT = "dev.sluice.filter.pause";
    private static final int VERSION = 1;

    private final PauseState state = new PauseState();
    private final Control control = new Control(state);
    private Path path;
    private LayerContext context;
    /** Guarded by this; null while a predecessor or a successor has it. */
    private ControlSocket socket;

    @Override
    public void configure(Parameters parameters) {
        path = parameters.path("pause-control");
        ControlSocket.check(path);
    }

    @Override
    public synchronized void ready(LayerContext given) {
        context = given;
        start(ControlSocket.listen(context, path).orElse(null));
    }

    /** The socket and the state come with the hand-over. */
    @Override
    public boolean exclusive() {
        return true;
    }

    /** Guarded by this. */
    private void start(ControlSocket listening) {
        socket = listening;
        if (listening != null) {
            schedule(listening, IDLE);
        }
    }

    private void schedule(ControlSocket of, Duration delay) {
        context.tasks().parallel().after(delay, () -> {
            look(of);
            return null;
        });
    }

    private synchronized void look(ControlSocket of) throws IOException {
        if (socket == of) {
            schedule(of, control.poll(of) ? BUSY : IDLE);
        }
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        synchronized (this) {
            if (socket == null) {
                // no predecessor has handed it over, so it was no predecessor's; its owner may have gone
                start(ControlSocket.listen(context, path).orElseThrow(() -> new NbdException(NbdError.EIO,
                        "pause-control=" + path + ": another layer of this server has this socket")));
            }
        }
        return new PauseDevice(next.open(request), state, request.cancellation());
    }

    /** A pause would end without a word. */
    @Override
    public void leave(boolean force) throws NbdException {
        if (state.isPaused() && !force) {
            throw new NbdException(NbdError.EPERM, "requests are paused; resume them through " + path + " first, or use force");
        }
    }

    @Override
    public synchronized Optional<HandOver> release() {
        if (socket == null) {
            return Optional.empty();
        }
        Map<String, Object> given = Map.of("paused", state.isPaused(), "socket", socket.release(), "clients", control.release());
        socket = null;
        return Optional.of(new HandOver(FORMAT, VERSION, given));
    }

    @Override
    public synchronized void adopt(HandOver given) throws IOException {
        if (!given.format().equals(FORMAT) || given.version() != VERSION) {
            throw new ConfigException("pause: can't take over state of format '" + given.format() + "' version " + given.version());
        }
        ControlSocket handed = ControlSocket.adopt((Map<?, ?>) given.state().get("socket"));
        if (handed.path().equals(path)) {
            start(handed);
        } else {
            if (socket == null) {
                start(ControlSocket.listen(context, path).orElseThrow(() -> new ConfigException(
                        "pause: pause-control=" + path + ": another layer of this server has this socket")));
            }
            handed.close();
        }
        control.adopt((Collection<?>) given.state().get("clients"));
        if ((Boolean) given.state().get("paused")) {
            state.pause();
        } else {
            state.resume();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        control.close();
        ControlSocket last = socket;
        socket = null;
        if (last != null) {
            last.close();
        }
    }
}
