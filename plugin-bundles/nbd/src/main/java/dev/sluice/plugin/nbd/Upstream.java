package dev.sluice.plugin.nbd;

import dev.sluice.api.Cancellation;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The connections to one export of a server: of one client, or of all when they share. A connection that was lost is made
 * again when the next request needs it. Safe for use by several threads.
 */
final class Upstream {
    private static final System.Logger LOG = System.getLogger("dev.sluice.plugin.nbd");
    private static final long PAUSE_NANOS = 1_000_000_000L;
    /** How long a change of code waits for replies that nobody wants any more. */
    private static final long SETTLE_NANOS = 1_000_000_000L;

    private final Settings settings;
    private final LayerContext context;
    private final ReentrantLock connecting = new ReentrantLock();
    /** Writes that were answered, and how many of them a flush has covered. */
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong flushed = new AtomicLong();
    /** How often a connection was lost while answered writes were not flushed. */
    private final AtomicLong losses = new AtomicLong();
    private volatile Link[] links = {};
    private Facts facts;
    private NbdException lastFailure;
    private long lastAttempt;
    private int turn;

    Upstream(Settings settings, LayerContext context) {
        this.settings = settings;
        this.context = context;
    }

    /** As in the first handshake; constant. */
    Facts facts() {
        return facts;
    }

    long losses() {
        return losses.get();
    }

    /** Connects, unless it is connected. */
    void start(Cancellation cancellation) throws IOException {
        lockConnecting(cancellation);
        try {
            if (facts != null) {
                return;
            }
            Link first = patiently(cancellation);
            facts = first.facts();
            int wanted = facts.has(Proto.CAN_MULTI_CONN) ? settings.connections() : 1;
            if (wanted < settings.connections()) {
                LOG.log(System.Logger.Level.WARNING, "nbd: connections=" + settings.connections() + " is not used: the server at "
                        + settings.target() + " does not say that several connections see the same (multi-conn)");
            }
            Link[] all = new Link[wanted];
            all[0] = first;
            links = all;
        } finally {
            connecting.unlock();
        }
    }

    /** A connection in good order, the one with the least to do. */
    Link link(Cancellation cancellation) throws IOException {
        Link[] all = links;
        int best = -1;
        int from = all.length == 1 ? 0 : Math.floorMod(turn++, all.length);
        for (int i = 0; i < all.length; i++) {
            int at = (from + i) % all.length;
            if (all[at] == null || all[at].isLost()) {
                return again(at, cancellation);
            }
            if (best < 0 || all[at].load() < all[best].load()) {
                best = at;
            }
        }
        if (best < 0) {
            throw new NbdException(NbdError.ESHUTDOWN, "the connections to " + settings.target() + " are closed");
        }
        return all[best];
    }

    private Link again(int at, Cancellation cancellation) throws IOException {
        lockConnecting(cancellation);
        try {
            Link[] all = links;
            if (all.length == 0) {
                throw new NbdException(NbdError.ESHUTDOWN, "the connections to " + settings.target() + " are closed");
            }
            if (all[at] != null && !all[at].isLost()) {
                return all[at];
            }
            // many requests at once must not knock at a door that was shut a moment ago
            if (lastFailure != null && context.clock().getAsLong() - lastAttempt < PAUSE_NANOS) {
                throw new NbdException(lastFailure.error(), lastFailure.getMessage(), lastFailure);
            }
            Link fresh = patiently(cancellation);
            try {
                facts.checkSame(fresh.facts());
            } catch (NbdException e) {
                fresh.close();
                failed(e);
                throw e;
            }
            if (all[at] != null) {
                LOG.log(System.Logger.Level.INFO, "nbd: connected to " + settings.target() + " again");
            }
            Link[] changed = all.clone();
            changed[at] = fresh;
            links = changed;
            return fresh;
        } finally {
            connecting.unlock();
        }
    }

    /** Tries as often as the operator allows. */
    private Link patiently(Cancellation cancellation) throws IOException {
        for (int i = 0;; i++) {
            try {
                Link link = connect(cancellation);
                lastFailure = null;
                return link;
            } catch (NbdException e) {
                cancellation.check();
                failed(e);
                if (i >= settings.retries()) {
                    throw e;
                }
            }
            cancellation.sleep(Duration.ofSeconds(1));
        }
    }

    private void failed(NbdException e) {
        lastFailure = e;
        lastAttempt = context.clock().getAsLong();
    }

    private Link connect(Cancellation cancellation) throws IOException {
        return Dialogue.with(settings, context, cancellation, (wire, handshake) -> {
            Facts now = handshake.enter(settings.target().export());
            return new Link(wire, now, this::lost);
        });
    }

    private void lockConnecting(Cancellation cancellation) throws NbdException {
        try {
            while (!connecting.tryLock() && !connecting.tryLock(100, TimeUnit.MILLISECONDS)) {
                cancellation.check();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NbdException(NbdError.ESHUTDOWN, "interrupted");
        }
    }

    private void lost() {
        if (isDirty() && facts != null && facts.has(Proto.SEND_FLUSH)) {
            losses.incrementAndGet();
        }
    }

    /** A write was answered that need not be on stable storage. */
    void wrote() {
        written.incrementAndGet();
    }

    /** Before a flush: to be given to {@link #flushed(long)} afterwards. */
    long mark() {
        return written.get();
    }

    /** Whether answered writes wait for a flush. */
    boolean isDirty() {
        return written.get() > flushed.get();
    }

    void flushed(long mark) {
        flushed.accumulateAndGet(mark, Math::max);
    }

    /** Whoever waits looks whether it was cancelled. */
    void wake() {
        for (Link link : links) {
            if (link != null) {
                link.wake();
            }
        }
    }

    /** The sockets and what is known about them, for a successor; afterwards this one connects anew if it is used. */
    Map<String, Object> release() {
        List<SocketChannel> sockets = new ArrayList<>();
        Link[] all = links;
        Waiting waiting = new Waiting(context.cancellation(), context.clock(), SETTLE_NANOS);
        for (Link link : all) {
            if (link != null) {
                link.settle(waiting);
            }
            SocketChannel socket = link == null ? null : link.detach();
            if (socket != null) {
                sockets.add(socket);
            } else if (link != null && !link.isLost()) {
                link.close();
                lost();
            }
        }
        return Map.of("sockets", sockets, "facts", facts.toMap(), "written", written.get(), "flushed", flushed.get(),
                "losses", losses.get());
    }

    /** Goes on with the sockets of a predecessor. */
    void adopt(Map<?, ?> state) throws IOException {
        facts = Facts.fromMap((Map<?, ?>) state.get("facts"));
        written.set((Long) state.get("written"));
        flushed.set((Long) state.get("flushed"));
        losses.set((Long) state.get("losses"));
        List<?> sockets = (List<?>) state.get("sockets");
        Link[] all = new Link[facts.has(Proto.CAN_MULTI_CONN) ? settings.connections() : 1];
        for (int i = 0; i < sockets.size(); i++) {
            SocketChannel socket = (SocketChannel) sockets.get(i);
            if (i < all.length && socket.isOpen()) {
                all[i] = new Link(Dialogue.wire(socket, context), facts, this::lost);
            } else {
                Sockets.close(socket);
            }
        }
        links = all;
    }

    /** Says goodbye on all connections; no request is under way. */
    void close() {
        Link[] all = links;
        links = new Link[0];
        for (Link link : all) {
            if (link != null) {
                link.close();
            }
        }
    }
}
