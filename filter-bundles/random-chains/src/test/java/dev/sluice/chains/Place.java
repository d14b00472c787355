package dev.sluice.chains;

import java.nio.file.Path;
import java.util.Random;

/**
 * Where a filter is going to stand.
 *
 * @param random for its words
 * @param size of what is behind it, in bytes
 * @param minimum what all offsets and sizes must be a multiple of, because the hardware is so
 * @param told the minimum block size that clients of what is behind it are told, or 1
 * @param flush whether the hardware has it
 * @param fua whether the hardware has it
 * @param directory for its files
 * @param number of its place, to tell its files from those of others
 */
record Place(Random random, int size, int minimum, int told, boolean flush, boolean fua, Path directory, int number) {
    /** A multiple of the minimum, 0 .. bound. */
    int aligned(int bound) {
        return random.nextInt(bound / minimum + 1) * minimum;
    }

    String file(String name) {
        return directory.resolve(name + number).toString();
    }

    @SafeVarargs
    final <T> T any(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
