package dev.sluice.core.simulation;

/** Random numbers from a seed (splitmix64): the same in every JDK. */
final class Dice {
    private long state;

    Dice(long seed) {
        state = seed;
    }

    long next() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** 0 .. bound - 1. */
    int below(int bound) {
        return (int) Long.remainderUnsigned(next(), bound);
    }

    /** Both inclusive. */
    long between(long low, long high) {
        return low + Long.remainderUnsigned(next(), high - low + 1);
    }

    /** True once in this many times; never for 0. */
    boolean once(int in) {
        return in > 0 && below(in) == 0;
    }

    /** One of these. */
    @SafeVarargs
    final <T> T of(T... choices) {
        return choices[below(choices.length)];
    }

    /** Small values are as likely as large ones: as many chances for each order of magnitude. */
    long spread(long low, long high) {
        double bits = Math.log((double) high / low) / Math.log(2);
        double scaled = low * Math.pow(2, bits * (next() >>> 11) * 0x1.0p-53);
        return Math.min(high, Math.max(low, (long) scaled));
    }
}
