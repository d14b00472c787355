package dev.sluice.plugin.nbd;

import dev.sluice.api.NbdException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;

/** One request that was or will be sent. Guarded by the lock of its link, except for what the reader fills. */
final class Pending {
    private static final int MAX_EXTENTS = 1 << 20;

    final int command;
    final int length;
    final Condition changed;
    long cookie;
    final long offset;
    /** Its caller sleeps and can be told to read. */
    boolean waiting;
    /** Its caller has gone; what comes for it is dropped. Guarded by {@link Replies}. */
    boolean abandoned;
    volatile boolean done;
    NbdException error;
    /** Where the bytes of a read go, from 0 to length; null for others. */
    final ByteBuffer target;
    /** Pairs of length and status; of a block status. */
    long[] extents = new long[16];
    int extentCount;
    boolean statusSeen;
    boolean onlyHoles = true;
    /** Bytes of a read that came: those below are all there, and pieces beyond. */
    private int covered;
    private final Map<Integer, Integer> beyond = new TreeMap<>();

    Pending(int command, long offset, int length, ByteBuffer target, Condition changed) {
        this.command = command;
        this.offset = offset;
        this.length = length;
        this.target = target;
        this.changed = changed;
    }

    /** Notes that these bytes came; false if some of them came before. */
    boolean cover(int from, int bytes) {
        if (from < covered || bytes <= 0) {
            return false;
        }
        for (Map.Entry<Integer, Integer> e : beyond.entrySet()) {
            if (from < e.getValue() && from + bytes > e.getKey()) {
                return false;
            }
        }
        if (from > covered) {
            beyond.put(from, from + bytes);
            return true;
        }
        covered += bytes;
        for (Integer end = beyond.remove(covered); end != null; end = beyond.remove(covered)) {
            covered = end;
        }
        return true;
    }

    boolean isCovered() {
        return covered == length;
    }

    /** One more extent; false if there are too many. */
    boolean extent(long bytes, long status) {
        if (extentCount == MAX_EXTENTS) {
            return false;
        }
        if (2 * extentCount == extents.length) {
            extents = Arrays.copyOf(extents, 2 * extents.length);
        }
        extents[2 * extentCount] = bytes;
        extents[2 * extentCount + 1] = status;
        extentCount++;
        return true;
    }
}
