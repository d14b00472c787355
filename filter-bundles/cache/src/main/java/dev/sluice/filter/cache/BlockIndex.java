package dev.sluice.filter.cache;

/** Block number to slot, without objects: a hash table with open addressing. Guarded by the stripe it belongs to. */
final class BlockIndex {
    private static final int FIRST = 16;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    /** Block number plus one; 0 is an empty place. */
    private long[] keys = new long[FIRST];
    private int[] slots = new int[FIRST];
    private int size;

    /** The slot of a block, or -1. */
    int get(long block) {
        int at = place(block);
        return keys[at] == 0 ? -1 : slots[at];
    }

    void put(long block, int slot) {
        int at = place(block);
        if (keys[at] == 0) {
            keys[at] = block + 1;
            size++;
        }
        slots[at] = slot;
        if (size * 2 > keys.length) {
            resize(keys.length * 2);
        }
    }

    /** Takes a block out. Returns the slot that it had, or -1. */
    int remove(long block) {
        int hole = place(block);
        if (keys[hole] == 0) {
            return -1;
        }
        int slot = slots[hole];
        keys[hole] = 0;
        size--;
        // what had to give way to the removed one moves back
        for (int at = next(hole); keys[at] != 0; at = next(at)) {
            int home = home(keys[at] - 1);
            boolean between = hole <= at ? hole < home && home <= at : hole < home || home <= at;
            if (!between) {
                keys[hole] = keys[at];
                slots[hole] = slots[at];
                keys[at] = 0;
                hole = at;
            }
        }
        return slot;
    }

    int size() {
        return size;
    }

    /** Where a block is, or the empty place where it would be. */
    private int place(long block) {
        int at = home(block);
        while (keys[at] != 0 && keys[at] != block + 1) {
            at = next(at);
        }
        return at;
    }

    private int home(long block) {
        return (int) (block * MIX >>> 32) & keys.length - 1;
    }

    private int next(int at) {
        return at + 1 & keys.length - 1;
    }

    private void resize(int length) {
        long[] oldKeys = keys;
        int[] oldSlots = slots;
        keys = new long[length];
        slots = new int[length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int at = place(oldKeys[i] - 1);
                keys[at] = oldKeys[i];
                slots[at] = oldSlots[i];
            }
        }
    }
}
