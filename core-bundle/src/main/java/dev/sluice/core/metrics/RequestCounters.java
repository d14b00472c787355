package dev.sluice.core.metrics;

import dev.sluice.api.runtime.Latency;
import dev.sluice.api.runtime.OperationMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What a connection, or an export, has done: for each type of request a histogram and sums.
 *
 * <p>A connection's leader is alone in its half and needs no atomic instruction: a request costs three plain additions in
 * memory that no other connection touches. Workers, and a leader that was overtaken, have the other half. The memory of
 * a type is made when the first request of it comes, so that a connection that does nothing takes next to none.
 */
public final class RequestCounters {
    /** As the NBD protocol numbers them; 2 is the end of a connection and stands for all that is unknown. */
    private static final String[] OPERATIONS = {"read", "write", "other", "flush", "trim", "cache", "zero", "status"};
    private static final int OTHER = 2;
    private static final int READ = 0;
    private static final int WRITE = 1;

    private static final int NANOS = Latency.BUCKETS;
    private static final int BYTES = NANOS + 1;
    private static final int ERRORS = NANOS + 2;
    private static final int REFUSED = NANOS + 3;
    private static final int CELLS = NANOS + 4;

    private final AtomicReferenceArray<AtomicLongArray> leader = new AtomicReferenceArray<>(OPERATIONS.length);
    private final AtomicReferenceArray<AtomicLongArray> others = new AtomicReferenceArray<>(OPERATIONS.length);

    /** The name of a type of requests. */
    public static String operation(int type) {
        return OPERATIONS[index(type)];
    }

    private static int index(int type) {
        return type >= 0 && type < OPERATIONS.length ? type : OTHER;
    }

    /** A request of the leader, which calls this only, was run. Bytes count unless it failed. */
    public void leaderDid(int type, long nanos, long bytes, boolean error) {
        AtomicLongArray cells = cells(leader, index(type));
        int bucket = Latency.bucket(nanos);
        cells.setOpaque(bucket, cells.getPlain(bucket) + 1);
        cells.setOpaque(NANOS, cells.getPlain(NANOS) + nanos);
        int what = error ? ERRORS : BYTES;
        cells.setOpaque(what, cells.getPlain(what) + (error ? 1 : bytes));
    }

    /** A request was run by any other thread. */
    public void did(int type, long nanos, long bytes, boolean error) {
        AtomicLongArray cells = cells(others, index(type));
        cells.getAndIncrement(Latency.bucket(nanos));
        cells.getAndAdd(NANOS, nanos);
        cells.getAndAdd(error ? ERRORS : BYTES, error ? 1 : bytes);
    }

    /** A request was answered with an error without being run; by any thread. */
    public void refused(int type) {
        cells(others, index(type)).getAndIncrement(REFUSED);
    }

    private static AtomicLongArray cells(AtomicReferenceArray<AtomicLongArray> half, int index) {
        AtomicLongArray there = half.get(index);
        if (there != null) {
            return there;
        }
        AtomicLongArray made = new AtomicLongArray(CELLS);
        return half.compareAndSet(index, null, made) ? made : half.get(index);
    }

    /** Adds what another one has. */
    void add(RequestCounters other) {
        for (int type = 0; type < OPERATIONS.length; type++) {
            add(type, other.leader.get(type));
            add(type, other.others.get(type));
        }
    }

    private void add(int type, AtomicLongArray from) {
        for (int i = 0; from != null && i < CELLS; i++) {
            long n = from.get(i);
            if (n != 0) {
                cells(others, type).getAndAdd(i, n);
            }
        }
    }

    /** Requests answered. */
    public long requests() {
        long sum = 0;
        for (int type = 0; type < OPERATIONS.length; type++) {
            for (int i = 0; i < Latency.BUCKETS; i++) {
                sum += sum(type, i);
            }
            sum += sum(type, REFUSED);
        }
        return sum;
    }

    /** Of them, those that failed. */
    public long errors() {
        long sum = 0;
        for (int type = 0; type < OPERATIONS.length; type++) {
            sum += sum(type, ERRORS) + sum(type, REFUSED);
        }
        return sum;
    }

    /** Bytes sent to the client as data. */
    public long bytesRead() {
        return sum(READ, BYTES);
    }

    /** Bytes received from the client as data. */
    public long bytesWritten() {
        return sum(WRITE, BYTES);
    }

    private long sum(int type, int cell) {
        AtomicLongArray a = leader.get(type);
        AtomicLongArray b = others.get(type);
        return (a == null ? 0 : a.get(cell)) + (b == null ? 0 : b.get(cell));
    }

    /** A copy of what there is of each type that has come. */
    public List<OperationMetrics> operations() {
        List<OperationMetrics> all = new ArrayList<>();
        for (int type = 0; type < OPERATIONS.length; type++) {
            if (leader.get(type) == null && others.get(type) == null) {
                continue;
            }
            AtomicLongArray cells = new AtomicLongArray(CELLS);
            for (int i = 0; i < CELLS; i++) {
                cells.setPlain(i, sum(type, i));
            }
            Latency latency = LatencyCounters.latency(cells);
            all.add(new OperationMetrics(OPERATIONS[type], latency.count() + cells.get(REFUSED), cells.get(ERRORS) + cells.get(REFUSED),
                    cells.get(BYTES), latency));
        }
        return all;
    }
}
