package dev.sluice.filter.rate;

import dev.sluice.api.Peer;
import java.util.HashMap;
import java.util.Map;

/**
 * The buckets of clients. A client is an address, whatever the port, or a user of Unix sockets; where the platform does
 * not tell the user, all of them together. The buckets of a client that has gone are kept until they are full again, so
 * that nobody gets a new burst by coming again. Safe for use by several threads.
 */
final class Clients {
    private final Limit limit;
    private final Map<String, Entry> entries = new HashMap<>();

    Clients(Limit limit) {
        this.limit = limit;
    }

    /** A connection comes. */
    synchronized Pair enter(Peer peer, long now) {
        sweep(now);
        Entry e = entries.computeIfAbsent(key(peer), k -> new Entry(new Pair(limit, now)));
        e.connections++;
        return e.pair;
    }

    /** A connection goes. */
    synchronized void leave(Peer peer, long now) {
        entries.get(key(peer)).connections--;
        sweep(now);
    }

    synchronized int size() {
        return entries.size();
    }

    /** The levels of all clients. */
    synchronized Map<String, Map<String, Long>> state(long now) {
        sweep(now);
        Map<String, Map<String, Long>> all = new HashMap<>();
        entries.forEach((k, e) -> all.put(k, e.pair.state(now)));
        return Map.copyOf(all);
    }

    synchronized void adopt(Map<?, ?> state, long now) {
        if (limit.isOff() || state == null) {
            return;
        }
        state.forEach((k, levels) -> {
            if (k instanceof String key && levels instanceof Map<?, ?> map) {
                entries.computeIfAbsent(key, x -> new Entry(new Pair(limit, now))).pair.adopt(map, now);
            }
        });
    }

    private void sweep(long now) {
        entries.values().removeIf(e -> e.connections == 0 && e.pair.isFull(now));
    }

    private static String key(Peer peer) {
        if (peer.address().isPresent()) {
            var address = peer.address().get();
            return "ip " + (address.getAddress() == null ? address.getHostString() : address.getAddress().getHostAddress());
        }
        return peer.uid().isPresent() ? "uid " + peer.uid().getAsInt() : "local";
    }

    private static final class Entry {
        final Pair pair;
        int connections;

        Entry(Pair pair) {
            this.pair = pair;
        }
    }
}
