package dev.sluice.filter.blocksizepolicy;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Parameters;

/**
 * The block sizes that the operator has chosen; 0 where there is no choice. Immutable.
 */
record ChosenSizes(long minimum, long preferred, long maximum) {
    private static final int MAX_MINIMUM = 64 << 10;
    private static final int MIN_PREFERRED = 512;
    private static final int MAX_PREFERRED = 32 << 20;
    private static final int USUAL_PREFERRED = 4096;

    /**
     * Checks each size, and those that are given against each other.
     *
     * @throws ConfigException in words of the parameters
     */
    static ChosenSizes from(Parameters parameters) {
        long minimum = atMost4G(parameters, "blocksize-minimum");
        long preferred = atMost4G(parameters, "blocksize-preferred");
        long maximum = atMost4G(parameters, "blocksize-maximum");
        if (minimum != 0 && (Long.bitCount(minimum) != 1 || minimum > MAX_MINIMUM)) {
            throw wrong(parameters, "blocksize-minimum", "it must be a power of 2 of at most 64k");
        }
        if (preferred != 0 && (Long.bitCount(preferred) != 1 || preferred < MIN_PREFERRED || preferred > MAX_PREFERRED)) {
            throw wrong(parameters, "blocksize-preferred", "it must be a power of 2 from 512 to 32M");
        }
        if (maximum != 0 && maximum < MIN_PREFERRED) {
            throw wrong(parameters, "blocksize-maximum", "it must be at least 512, the smallest preferred block size");
        }
        if (preferred != 0 && preferred < minimum) {
            throw wrong(parameters, "blocksize-preferred", "it must not be below blocksize-minimum="
                    + parameters.string("blocksize-minimum"));
        }
        if (maximum != 0 && maximum < Math.max(minimum, preferred)) {
            String larger = preferred == 0 ? "blocksize-minimum" : "blocksize-preferred";
            throw wrong(parameters, "blocksize-maximum", "it must not be below " + larger + "=" + parameters.string(larger));
        }
        if (minimum != 0 && maximum != BlockSizes.UNLIMITED && maximum % minimum != 0) {
            throw wrong(parameters, "blocksize-maximum", "it must be a multiple of blocksize-minimum="
                    + parameters.string("blocksize-minimum") + ", or 4294967295 for no limit");
        }
        return new ChosenSizes(minimum, preferred, maximum);
    }

    /** A size below 4G, 0 if it is not given. */
    static long atMost4G(Parameters parameters, String key) {
        long size = parameters.optionalSize(key).orElse(0);
        if (size > BlockSizes.UNLIMITED) {
            throw wrong(parameters, key, "it must be below 4G");
        }
        return size;
    }

    private static ConfigException wrong(Parameters parameters, String key, String right) {
        return new ConfigException("blocksize-policy: " + key + "=" + parameters.string(key) + ": " + right);
    }

    /**
     * What to tell clients: what was chosen, else what the device behind says, else 1, 4096 (or what comes next to it and
     * fits) and no limit.
     *
     * @throws NbdException if what was chosen contradicts what the device behind says
     */
    BlockSizes over(BlockSizes behind) throws NbdException {
        if (minimum == 0 && preferred == 0 && maximum == 0) {
            return behind;
        }
        long min = minimum != 0 ? minimum : behind.isNone() ? 1 : behind.minimum();
        long max = maximum != 0 ? maximum : behind.isNone() ? BlockSizes.UNLIMITED : behind.maximum();
        long pref = preferred;
        if (pref == 0) {
            pref = behind.isNone() ? Math.min(Math.max(USUAL_PREFERRED, min), Long.highestOneBit(max)) : behind.preferred();
        }
        try {
            return new BlockSizes((int) min, (int) pref, max);
        } catch (IllegalArgumentException e) {
            throw new NbdException(NbdError.EINVAL, "the block sizes that were given and those of the layer behind (" + behind.minimum()
                    + ", " + behind.preferred() + ", " + behind.maximum() + ") contradict each other: " + e.getMessage(), e);
        }
    }
}
