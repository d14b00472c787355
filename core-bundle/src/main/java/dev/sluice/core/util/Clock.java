package dev.sluice.core.util;

/** Time, as a seam: a simulation has its own. */
public interface Clock {
    /** Nanoseconds that only grow; the zero is arbitrary. */
    long nanoTime();
}
