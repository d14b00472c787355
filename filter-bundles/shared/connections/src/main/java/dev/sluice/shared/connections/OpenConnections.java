package dev.sluice.shared.connections;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The connections that have devices of a layer open, and those that a predecessor had: a client that was admitted stays so
 * when the rules change under it. A connection may open several devices and counts once. Safe for use by several threads.
 *
 * <p>A layer that uses it is {@code exclusive}, so that the state of its predecessor is there before devices are opened.
 */
public final class OpenConnections {
    private static final int VERSION = 1;

    private final String format;
    /** Devices of each connection. */
    private final Map<Long, Integer> devices = new HashMap<>();
    private final Map<Long, String> origins = new HashMap<>();
    private final Map<String, Integer> byOrigin = new HashMap<>();
    private final Set<Long> admitted = new HashSet<>();

    /** Whether one more client may come. */
    @FunctionalInterface
    public interface Rule {
        /**
         * Called while nothing else can come or go.
         *
         * @param connections that are open, without the one that comes
         * @param ofOrigin how many of them come from where this one comes from
         * @throws NbdException it may not
         */
        void check(int connections, int ofOrigin) throws NbdException;
    }

    /** With a name for the state that is handed over. */
    public OpenConnections(String format) {
        this.format = format;
    }

    /** Where a client comes from: its address without the port; on a Unix socket its user, where the system tells. */
    public static String origin(ClientInfo client) {
        return client.peer().address()
                .map(a -> a.getAddress() == null ? a.getHostString() : a.getAddress().getHostAddress())
                .orElseGet(() -> client.peer().uid().isPresent() ? "unix user " + client.peer().uid().getAsInt() : "unix");
    }

    /**
     * A client comes, but has opened nothing yet.
     *
     * @throws NbdException of the rule
     */
    public synchronized void greet(ClientInfo client, Rule rule) throws NbdException {
        rule.check(devices.size(), byOrigin.getOrDefault(origin(client), 0));
    }

    /**
     * A client opens a device; each open is followed by one {@link #close}.
     *
     * @throws NbdException of the rule, which is only asked for a connection that is new here
     */
    public synchronized void open(ClientInfo client, Rule rule) throws NbdException {
        long connection = client.connection();
        if (!isKnown(connection)) {
            greet(client, rule);
        }
        if (devices.merge(connection, 1, Integer::sum) == 1) {
            String origin = origin(client);
            origins.put(connection, origin);
            byOrigin.merge(origin, 1, Integer::sum);
        }
    }

    /** Takes one {@link #open} back. */
    public synchronized void close(ClientInfo client) {
        long connection = client.connection();
        if (devices.computeIfPresent(connection, (c, count) -> count == 1 ? null : count - 1) == null) {
            admitted.remove(connection);
            String origin = origins.remove(connection);
            if (origin != null) {
                byOrigin.computeIfPresent(origin, (o, count) -> count == 1 ? null : count - 1);
            }
        }
    }

    /** Whether this client has a device open, or had one open on a predecessor. */
    public synchronized boolean isKnown(ClientInfo client) {
        return isKnown(client.connection());
    }

    private boolean isKnown(long connection) {
        return devices.containsKey(connection) || admitted.contains(connection);
    }

    /** The connections that are open, for the successor. */
    public synchronized HandOver release() {
        return new HandOver(format, VERSION, Map.of("connections", List.copyOf(devices.keySet())));
    }

    /**
     * The connections of a predecessor.
     *
     * @throws ConfigException the state is of another kind
     */
    public synchronized void adopt(HandOver state) {
        if (!state.format().equals(format) || state.version() != VERSION
                || !(state.state().get("connections") instanceof List<?> connections)) {
            throw new ConfigException("can't take over state of format '" + state.format() + "' version " + state.version()
                    + ", but '" + format + "' version " + VERSION);
        }
        for (Object connection : connections) {
            admitted.add((Long) connection);
        }
    }
}
