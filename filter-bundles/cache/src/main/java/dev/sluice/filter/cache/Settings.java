package dev.sluice.filter.cache;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Parameters;
import dev.sluice.shared.blocks.OnRead;

/**
 * What the operator chose. Immutable.
 *
 * @param mode what happens to writes
 * @param minBlockSize the least block size, in bytes
 * @param maxSize of the cache, in bytes; 0 for no limit
 * @param high from how much of it on blocks are given up, in percent
 * @param low until when, in percent
 * @param onRead whether what is read is kept
 */
record Settings(Mode mode, int minBlockSize, long maxSize, int high, int low, OnRead onRead) {
    static final int MIN_BLOCK = 4096;
    static final int MAX_BLOCK = 32 << 20;

    /** What happens to writes. */
    enum Mode {
        /** They come home with a flush. */
        WRITEBACK,
        /** They are home before they are answered. */
        WRITETHROUGH,
        /** They come home when there is time; a flush does nothing. */
        UNSAFE
    }

    static Settings from(Parameters p) {
        long block = p.size("cache-min-block-size");
        if (block < MIN_BLOCK || block > MAX_BLOCK || Long.bitCount(block) != 1) {
            throw wrong(p, "cache-min-block-size", "it must be a power of 2 from 4K to 32M");
        }
        int high = (int) p.integer("cache-high-threshold", 1, 100);
        int low = (int) p.integer("cache-low-threshold", 1, 100);
        long max = p.optionalSize("cache-max-size").orElse(0);
        if (p.has("cache-max-size")) {
            if (low >= high) {
                throw wrong(p, "cache-low-threshold", "it must be below cache-high-threshold, which is " + high);
            }
            if (max < 2 * block) {
                throw wrong(p, "cache-max-size", "it must be at least two blocks (cache-min-block-size), " + 2 * block + " bytes");
            }
        }
        return new Settings(mode(p.string("cache")), (int) block, max, high, low,
                OnRead.parse("cache", "cache-on-read", p.string("cache-on-read")));
    }

    private static Mode mode(String word) {
        return switch (word) {
            case "writeback" -> Mode.WRITEBACK;
            case "writethrough" -> Mode.WRITETHROUGH;
            default -> Mode.UNSAFE;
        };
    }

    private static ConfigException wrong(Parameters p, String key, String why) {
        return new ConfigException("cache: " + key + "=" + p.string(key) + ": " + why);
    }

    boolean isThrough() {
        return mode == Mode.WRITETHROUGH;
    }

    /** How many blocks of this size there may be; bounded by memory, too. */
    long maxBlocks(int blockSize) {
        long byMemory = Math.max(16, Runtime.getRuntime().maxMemory() / 8 / Slots.COST);
        return maxSize == 0 ? byMemory : Math.max(1, Math.min(byMemory, maxSize / blockSize));
    }
}
