package dev.sluice.core.transport;

import dev.sluice.core.util.Platform;
import dev.sluice.core.util.Workers;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Waits for the sockets of idle connections, so that they need no thread each. One thread for all, and none while no
 * connection is idle for some time.
 */
final class Poller {
    private static final System.Logger LOG = System.getLogger("dev.sluice.transport");

    private final Platform platform;
    private final Duration idle;
    private final Object lock = new Object();
    // guarded by lock
    private List<Parked> arrivals = new ArrayList<>();
    private Selector selector;
    private boolean closed;

    Poller(Platform platform) {
        this(platform, Workers.IDLE);
    }

    /** With another time until a thread without a connection ends. */
    Poller(Platform platform, Duration idle) {
        this.platform = platform;
        this.idle = idle;
    }

    /**
     * Runs the action, on the poller's thread and once, when the channel has bytes or has ended or {@link #wake} is
     * called, also before; the channel is blocking again then.
     *
     * @throws IOException the system gives no more descriptors, or the channel is closed; the action will not run
     */
    void park(Parked parked) throws IOException {
        parked.channel.configureBlocking(false);
        synchronized (lock) {
            if (selector == null) {
                Selector mine = Selector.open();
                try {
                    platform.start("sluice-poller", () -> run(mine));
                } catch (OutOfMemoryError e) {
                    mine.close();
                    throw new IOException("no thread is left to wait for idle connections", e);
                }
                selector = mine;
            }
            parked.here = true;
            arrivals.add(parked);
            selector.wakeup();
        }
    }

    /** A channel that is parked here, or is about to be, was closed: its action runs soon. */
    void wake(Parked parked) {
        synchronized (lock) {
            if (parked.done) {
                return;
            }
            if (!parked.here) {
                parked.woken = true;
                return;
            }
            if (selector != null) {
                parked.woken = true;
                arrivals.add(parked);
                selector.wakeup();
                return;
            }
            // The thread has ended, because the key of the closed channel was the last one.
            parked.done = true;
        }
        wakeUp(parked);
    }

    /** The thread ends as soon as nothing is parked. */
    void close() {
        synchronized (lock) {
            closed = true;
            if (selector != null) {
                selector.wakeup();
            }
        }
    }

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    private boolean hasArrivals() {
        synchronized (lock) {
            return !arrivals.isEmpty();
        }
    }

    private void run(Selector mine) {
        List<Parked> ready = new ArrayList<>();
        while (true) {
            try {
                // A wake-up for new arrivals may have been eaten by the selection that let cancelled keys go.
                int selected = hasArrivals() ? mine.selectNow() : mine.select(idle.toMillis());
                register(mine, ready);
                for (SelectionKey key : mine.selectedKeys()) {
                    ready.add((Parked) key.attachment());
                    key.cancel();
                }
                mine.selectedKeys().clear();
                if (!ready.isEmpty()) {
                    // Cancelled keys leave the selector in its next selection; before, a channel can't block again.
                    mine.selectNow();
                    finish(ready);
                } else if (mine.keys().isEmpty() && (selected == 0 || isClosed()) && close(mine)) {
                    return;
                }
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "waiting for idle connections: " + e);
                platform.park(this, 50_000_000);
            }
        }
    }

    private void register(Selector mine, List<Parked> ready) {
        List<Parked> arrived;
        synchronized (lock) {
            arrived = arrivals;
            arrivals = new ArrayList<>();
        }
        for (Parked p : arrived) {
            if (p.woken) {
                ready.add(p);
                continue;
            }
            try {
                p.channel.register(mine, SelectionKey.OP_READ, p);
            } catch (ClosedChannelException | CancelledKeyException e) {
                ready.add(p);
            }
        }
    }

    private void finish(List<Parked> ready) {
        for (Parked p : ready) {
            synchronized (lock) {
                if (p.done) {
                    continue;
                }
                p.done = true;
            }
            try {
                if (p.channel.isOpen()) {
                    p.channel.configureBlocking(true);
                }
            } catch (IOException | RuntimeException e) {
                // closed in this moment: the action finds that out by reading
                LOG.log(System.Logger.Level.DEBUG, "an idle connection was closed: " + e);
            }
            wakeUp(p);
        }
        ready.clear();
    }

    /** One connection that can't go on must not keep the others from being woken. */
    private static void wakeUp(Parked p) {
        try {
            p.action.run();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "waking an idle connection", e);
        }
    }

    private boolean close(Selector mine) throws IOException {
        synchronized (lock) {
            if (!arrivals.isEmpty()) {
                return false;
            }
            selector = null;
        }
        mine.close();
        return true;
    }

    /** One channel that waits, or will in a moment: whoever closes it knows before what is to be woken. */
    static final class Parked {
        private final SocketChannel channel;
        private final Runnable action;
        // guarded by the poller's lock
        private boolean here;
        private boolean done;
        private boolean woken;

        Parked(SocketChannel channel, Runnable action) {
            this.channel = channel;
            this.action = action;
        }
    }
}
