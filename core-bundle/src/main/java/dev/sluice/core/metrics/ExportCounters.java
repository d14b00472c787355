package dev.sluice.core.metrics;

import dev.sluice.api.runtime.OperationMetrics;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the connections of an export do and did: those that are there, and the sum of those that have left. */
public final class ExportCounters {
    // guarded by live
    private final Set<RequestCounters> live = new HashSet<>();
    private final RequestCounters left = new RequestCounters();

    /** A connection begins. */
    public void begin(RequestCounters connection) {
        synchronized (live) {
            live.add(connection);
        }
    }

    /** A connection has ended, or never began; a second time means nothing. */
    public void end(RequestCounters connection) {
        synchronized (live) {
            if (live.remove(connection)) {
                left.add(connection);
            }
        }
    }

    /** The sums now. No connection is missing in them, or counted twice. */
    public List<OperationMetrics> operations() {
        RequestCounters sum = new RequestCounters();
        synchronized (live) {
            sum.add(left);
            live.forEach(sum::add);
        }
        return sum.operations();
    }
}
