package dev.sluice.api;

/**
 * Size constraints of a device, in bytes (NBD specification, "Size constraints"; limits as nbdkit's
 * {@code block_size}).
 *
 * @param minimum a power of 2, 1 .. 65536; offsets and lengths should be multiples of it
 * @param preferred a power of 2, 512 .. 32 MiB, not below minimum
 * @param maximum of a request with payload: a multiple of minimum, or 0xffffffff for no limit
 */
public record BlockSizes(int minimum, int preferred, long maximum) {
    /** No constraints known: nothing is told to clients. */
    public static final BlockSizes NONE = new BlockSizes(0, 0, 0);
    /** The value of {@link #maximum} that means no limit. */
    public static final long UNLIMITED = 0xffff_ffffL;

    /**
     * Checks the rules above.
     *
     * @throws IllegalArgumentException which says what is wrong
     */
    public BlockSizes {
        if (minimum != 0 || preferred != 0 || maximum != 0) {
            if (minimum < 1 || minimum > 65536 || Integer.bitCount(minimum) != 1) {
                throw new IllegalArgumentException("minimum block size must be a power of 2 between 1 and 65536, not " + minimum);
            }
            if (preferred < 512 || preferred > 32 << 20 || Integer.bitCount(preferred) != 1) {
                throw new IllegalArgumentException("preferred block size must be a power of 2 between 512 and 32M, not " + preferred);
            }
            if (preferred < minimum) {
                throw new IllegalArgumentException("preferred block size " + preferred + " is below the minimum " + minimum);
            }
            if (maximum != UNLIMITED && (maximum < preferred || maximum > UNLIMITED || maximum % minimum != 0)) {
                throw new IllegalArgumentException("maximum block size must be 0xffffffff, or a multiple of the minimum " + minimum
                        + " and not below the preferred " + preferred + ", not " + maximum);
            }
        }
    }

    /** Whether these are no constraints at all. */
    public boolean isNone() {
        return minimum == 0;
    }
}
