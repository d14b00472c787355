package dev.sluice.plugin.nbd;

import dev.sluice.api.Cancellation;
import dev.sluice.api.LayerContext;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.util.Failures;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/** Connects, greets, and does one thing with the fresh connection. */
final class Dialogue {
    private static final int RECEIVE_BUFFER = 64 << 10;

    private Dialogue() {
    }

    /** What is done in the handshake. */
    interface Part<T> {
        T run(Wire wire, Handshake handshake) throws IOException;
    }

    /**
     * Closes the connection if the part fails, otherwise it is the part's.
     *
     * @throws NbdException names the server
     */
    static <T> T with(Settings settings, LayerContext context, Cancellation cancellation, Part<T> part) throws NbdException {
        Waiting waiting = new Waiting(cancellation, context.clock(), settings.connectNanos());
        Wire wire = null;
        boolean good = false;
        Cancellation.Registration wake = null;
        try {
            wire = open(settings.target(), context, waiting);
            wake = cancellation.onCancel(wire::wake);
            Handshake handshake = new Handshake(wire, waiting);
            handshake.greet();
            T result = part.run(wire, handshake);
            good = true;
            return result;
        } catch (NbdException e) {
            boolean named = e.getMessage().contains(settings.target().toString());
            throw named ? e : new NbdException(e.error(), settings.target() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new NbdException(NbdError.EIO, settings.target() + ": " + Failures.reason(e), e);
        } finally {
            if (wake != null) {
                wake.close();
            }
            if (!good && wire != null) {
                wire.close();
                wire.free();
            }
        }
    }

    private static Wire open(Target target, LayerContext context, Waiting waiting) throws IOException {
        return wire(Sockets.connect(target, waiting), context);
    }

    /** With memory to receive into; closes the socket if there is none. */
    static Wire wire(SocketChannel channel, LayerContext context) throws IOException {
        Lease lease = null;
        try {
            lease = context.buffers().lease(RECEIVE_BUFFER);
            return new Wire(channel, lease);
        } catch (IOException | RuntimeException e) {
            Sockets.close(channel);
            if (lease != null) {
                lease.close();
            }
            throw e;
        }
    }
}
