package dev.sluice.core.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * A disk with a volatile cache, which outlives servers as a file does. Its blocks hold one number each. What was written
 * and not flushed may be lost, or not, when the power goes.
 */
final class SimDisk {
    private final boolean shared;
    private final long[] stable;
    private final List<List<long[]>> cached = new ArrayList<>();

    SimDisk(int blocks, boolean shared) {
        this.shared = shared;
        stable = new long[blocks];
        for (int i = 0; i < blocks; i++) {
            cached.add(new ArrayList<>());
        }
    }

    /** A flush covers everybody's writes. */
    private boolean isShared() {
        return shared;
    }

    int blocks() {
        return stable.length;
    }

    long get(int block) {
        List<long[]> versions = cached.get(block);
        return versions.isEmpty() ? stable[block] : versions.get(versions.size() - 1)[0];
    }

    void put(int block, long value, long owner) {
        cached.get(block).add(new long[] {value, owner});
    }

    /** What this one has written is on stable storage. */
    void flush(int block, long owner) {
        List<long[]> versions = cached.get(block);
        for (int i = versions.size() - 1; i >= 0; i--) {
            if (isShared() || versions.get(i)[1] == owner) {
                stable[block] = versions.get(i)[0];
                versions.subList(0, i + 1).clear();
                return;
            }
        }
    }

    /** What would be left if all that may be lost were lost. */
    long stable(int block) {
        return stable[block];
    }

    /** Some of what was not flushed is lost. */
    long[] losePower(Dice dice) {
        long[] left = new long[stable.length];
        for (int i = 0; i < stable.length; i++) {
            List<long[]> versions = cached.get(i);
            int kept = dice.below(versions.size() + 1);
            if (kept > 0) {
                stable[i] = versions.get(kept - 1)[0];
            }
            versions.clear();
            left[i] = stable[i];
        }
        return left;
    }
}
