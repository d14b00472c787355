package dev.sluice.filter.cache;

import java.time.Duration;
import java.util.Arrays;

/**
 * The places of the cache's file, each for one block: which block has which place, which were used lately, and which one to
 * give up next. Places are used again, because a file can't give back space in its middle. Safe for use by several threads.
 */
final class Slots {
    /** How long a full file system is left alone. */
    static final Duration FULL = Duration.ofSeconds(10);
    /** What a slot costs here and in an index, in bytes of memory. */
    static final int COST = 48;

    private final int limit;
    /** Block number plus one; 0 is a free slot. Guarded by this. */
    private long[] owners = new long[16];
    /** Not 0: used since the hand came by last. Written without a lock: a lost mark only costs a little speed. */
    private volatile byte[] marks = new byte[16];
    /** Slots that the file has. Guarded by this. */
    private int count;
    private int inUse;
    private int hand;
    private int firstFree;
    private boolean full;
    private long fullSince;

    /**
     * None yet.
     *
     * @param limit how many there may be, above 0
     */
    Slots(long limit) {
        this.limit = (int) Math.min(limit, Integer.MAX_VALUE - 8);
    }

    /** As they were handed over, see {@link #owners()}. */
    Slots(long limit, long[] owners) {
        this(limit);
        this.owners = Arrays.copyOf(owners, Math.max(16, owners.length));
        marks = new byte[this.owners.length];
        count = owners.length;
        inUse = (int) Arrays.stream(owners).filter(o -> o != 0).count();
    }

    /** A slot for a block, or -1 if none is free and the file may not become longer. */
    synchronized int take(long block, long now) {
        if (inUse >= limit) {
            return -1;
        }
        int slot;
        if (inUse < count) {
            while (owners[firstFree] != 0) {
                firstFree = (firstFree + 1) % count;
            }
            slot = firstFree;
        } else {
            if (full && now - fullSince < FULL.toNanos()) {
                return -1;
            }
            full = false;
            slot = count;
            count++;
            if (slot == owners.length) {
                int length = (int) Math.min(2L * slot, Integer.MAX_VALUE - 8);
                owners = Arrays.copyOf(owners, length);
                marks = Arrays.copyOf(marks, length);
            }
        }
        owners[slot] = block + 1;
        marks[slot] = 1;
        inUse++;
        return slot;
    }

    synchronized void free(int slot) {
        owners[slot] = 0;
        inUse--;
    }

    /** The file system has no room for this slot, which was just taken; the file does not grow for a while. */
    synchronized void noRoom(int slot, long now) {
        free(slot);
        if (slot == count - 1) {
            count--;
        }
        firstFree = 0;
        full = true;
        fullSince = now;
    }

    void touch(int slot) {
        byte[] all = marks;
        if (all[slot] == 0) {
            all[slot] = 1;
        }
    }

    /** A block that was not used for longer than others, or -1 if there is none; asked again it gives another one. */
    synchronized long victim() {
        for (long steps = 0; steps < 2L * count; steps++) {
            hand = hand + 1 < count ? hand + 1 : 0;
            if (owners[hand] != 0) {
                if (marks[hand] == 0) {
                    return owners[hand] - 1;
                }
                marks[hand] = 0;
            }
        }
        return -1;
    }

    synchronized int inUse() {
        return inUse;
    }

    int limit() {
        return limit;
    }

    /** Block number plus one for each slot of the file, 0 for a free one. */
    synchronized long[] owners() {
        return Arrays.copyOf(owners, count);
    }
}
