package dev.sluice.core.simulation;

import dev.sluice.core.transport.Acceptor;
import dev.sluice.core.transport.ListenAddress;
import dev.sluice.core.transport.Network;
import dev.sluice.core.transport.Wire;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/** Connections between clients and a server, and the thread that looks after those that wait without one. */
final class SimNetwork implements Network {
    private final Scheduler scheduler;
    private final Dice dice;
    private final int pieces;
    private final long delay;
    private final int acceptFailsOnce;
    private final int least;
    private final ArrayDeque<SimWire> backlog = new ArrayDeque<>();
    private boolean listening;
    private SimThread acceptor;
    private int connections;

    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private long dues;
    private SimThread poller;
    private boolean polling;
    private boolean closed;

    private record Due(long at, long number, Runnable action) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    /**
     * Nobody listens yet.
     *
     * @param largest what a disk has; what is on its way has room for a part of it at least, because time is bounded
     */
    SimNetwork(Scheduler scheduler, Dice dice, int pieces, long delay, int acceptFailsOnce, int largest) {
        this.least = Math.max(64, largest / 32);
        this.scheduler = scheduler;
        this.dice = dice;
        this.pieces = pieces;
        this.delay = delay;
        this.acceptFailsOnce = acceptFailsOnce;
    }

    /** A client's end. */
    static final class End {
        final SimPipe out;
        final SimPipe in;

        End(SimPipe out, SimPipe in) {
            this.out = out;
            this.in = in;
        }

        /** As when a process ends or a cable is cut. */
        void cut(boolean reset) {
            out.end();
            if (reset) {
                out.breakWith("Connection reset");
            }
            in.breakWith("Broken pipe");
        }
    }

    private int room() {
        return (int) dice.spread(least, 1 << 20);
    }

    /** A client comes; null if nobody listens. */
    End connect() {
        if (!listening) {
            return null;
        }
        int number = ++connections;
        SimPipe in = new SimPipe(scheduler, dice, "client " + number + " to server", room(), pieces, delay);
        SimPipe out = new SimPipe(scheduler, dice, "server to client " + number, room(), pieces, delay);
        backlog.add(new SimWire(scheduler, this, in, out));
        if (acceptor != null) {
            scheduler.ready(acceptor);
        }
        return new End(in, out);
    }

    /** Runs the action on the poller's thread, then; -1: now. */
    void whenDue(long at, Runnable action) {
        due.add(new Due(at, dues++, action));
        if (!polling) {
            polling = true;
            scheduler.start("poller", this::poll);
        } else if (poller != null) {
            scheduler.ready(poller);
        }
    }

    private void poll() {
        SimThread self = (SimThread) Thread.currentThread();
        while (true) {
            Due first = due.peek();
            if (first != null && first.at() <= scheduler.now()) {
                due.poll();
                first.action().run();
                continue;
            }
            if (first == null && closed) {
                polling = false;
                return;
            }
            poller = self;
            scheduler.block("connections without a thread", first == null ? -1 : first.at());
            poller = null;
        }
    }

    @Override
    public Acceptor listen(ListenAddress address) {
        listening = true;
        return new Acceptor() {
            @Override
            public Wire accept() throws IOException {
                while (true) {
                    scheduler.point(24);
                    if (!listening) {
                        throw new AsynchronousCloseException();
                    }
                    if (dice.once(acceptFailsOnce)) {
                        throw new IOException("Too many open files");
                    }
                    if (!backlog.isEmpty()) {
                        return backlog.poll();
                    }
                    acceptor = (SimThread) Thread.currentThread();
                    scheduler.block("clients", -1);
                    acceptor = null;
                }
            }

            @Override
            public String address() {
                return "simulation";
            }

            @Override
            public void close() {
                listening = false;
                List<SimWire> left = new ArrayList<>(backlog);
                backlog.clear();
                left.forEach(SimWire::close);
                if (acceptor != null) {
                    scheduler.ready(acceptor);
                }
            }
        };
    }

    @Override
    public void close() {
        closed = true;
        if (poller != null) {
            scheduler.ready(poller);
        }
    }
}
