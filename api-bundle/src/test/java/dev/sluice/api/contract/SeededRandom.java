package dev.sluice.api.contract;

import java.util.Random;

/** Random numbers whose seed is known: put it into every assertion's message, so that a failure can be repeated. */
public final class SeededRandom extends Random {
    private static final long serialVersionUID = 1L;
    private static final String PROPERTY = "sluice.seed";

    private final long seed;

    /** With a given seed. */
    public SeededRandom(long seed) {
        super(seed);
        this.seed = seed;
    }

    /** With the seed of the system property {@code sluice.seed}, else a new one. */
    public static SeededRandom create() {
        Long given = Long.getLong(PROPERTY);
        return new SeededRandom(given == null ? new Random().nextInt() : given);
    }

    /** This many random bytes. */
    public byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        nextBytes(bytes);
        return bytes;
    }

    /** 0 .. bound-1. */
    public long below(long bound) {
        return Math.floorMod(nextLong(), bound);
    }

    @Override
    public String toString() {
        return "repeat with -D" + PROPERTY + "=" + seed;
    }
}
