package dev.sluice.core.engine;

import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** All connections of the server. Safe for use by several threads. */
final class Connections {
    private final Platform platform;
    private final Monitor monitor;
    private final int mostWaiting;

    // guarded by monitor
    private final TreeMap<Long, Connection> byId = new TreeMap<>();
    private Connection turn;
    private long last;
    private int waiting;
    private volatile boolean stopping;

    Connections(Platform platform) {
        this(platform, Integer.MAX_VALUE);
    }

    /** Of which at most so many, who hold a thread meanwhile, wait for the one before to have gone. */
    Connections(Platform platform, int mostWaiting) {
        this.platform = platform;
        this.mostWaiting = mostWaiting;
        this.monitor = platform.monitor("connections");
    }

    /** The number of the next connection. */
    long nextId() {
        monitor.lock();
        try {
            return ++last;
        } finally {
            monitor.unlock();
        }
    }

    void started(Connection connection) {
        monitor.lock();
        try {
            byId.put(connection.connection(), connection);
        } finally {
            monitor.unlock();
        }
    }

    /** It is done; its listener may take another one. */
    void ended(Connection connection) {
        // In this order: whoever sees that it has gone can have its place.
        connection.released();
        forget(connection);
    }

    void forget(Connection connection) {
        monitor.lock();
        try {
            byId.remove(connection.connection());
            if (turn == connection) {
                turn = null;
            }
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Where clients are served one after the other: waits until the one before has gone.
     *
     * @return false if the server stops meanwhile, or too many wait already
     */
    boolean awaitTurn(Connection connection, BooleanSupplier oneAtATime) {
        if (!oneAtATime.getAsBoolean()) {
            return true;
        }
        monitor.lock();
        try {
            if (turn != null && waiting >= mostWaiting) {
                return false;
            }
            waiting++;
            while (turn != null && !stopping) {
                monitor.await(Deadline.after(platform, Duration.ofSeconds(1)));
            }
            waiting--;
            turn = connection;
            return !stopping;
        } finally {
            monitor.unlock();
        }
    }

    boolean isStopping() {
        return stopping;
    }

    /** From now on handshakes are answered with ERR_SHUTDOWN. */
    void stop() {
        stopping = true;
    }


    /** All, oldest first. */
    List<Connection> all() {
        monitor.lock();
        try {
            return List.copyOf(byId.values());
        } finally {
            monitor.unlock();
        }
    }

    /** What one of them has done; empty if it is not there. */
    List<OperationMetrics> operations(long id) {
        Connection connection;
        monitor.lock();
        try {
            connection = byId.get(id);
        } finally {
            monitor.unlock();
        }
        return connection == null ? List.of() : connection.operations();
    }

    List<ConnectionStatus> status() {
        return all().stream().map(Connection::status).toList();
    }

    /** Waits until none is left. */
    boolean awaitNone(Deadline deadline) {
        monitor.lock();
        try {
            while (!byId.isEmpty()) {
                if (!monitor.await(deadline) && deadline.isOver()) {
                    return byId.isEmpty();
                }
            }
            return true;
        } finally {
            monitor.unlock();
        }
    }
}
