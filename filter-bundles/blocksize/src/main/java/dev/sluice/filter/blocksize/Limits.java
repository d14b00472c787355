package dev.sluice.filter.blocksize;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Parameters;

/**
 * What requests to the layer behind must be like, in bytes. Immutable.
 *
 * @param block a power of 2 that offsets and lengths are multiples of; 0: not given
 * @param data the most that a request with data has; a multiple of the block; 0: not given
 * @param length the most that any other request has; a multiple of the block; 0: not given
 */
record Limits(int block, long data, long length) {
    /** What the API allows at most. */
    static final int MAX_DATA = 64 << 20;
    private static final int MAX_BLOCK = 64 << 10;
    private static final long MAX_LENGTH = 0xffff_ffffL;

    /** As the operator gave them. */
    static Limits from(Parameters parameters) {
        long block = given(parameters, "minblock");
        if (block != 0 && (Long.bitCount(block) != 1 || block > MAX_BLOCK)) {
            throw wrong(parameters, "minblock", "it must be a power of 2 of at most 64k");
        }
        long data = given(parameters, "maxdata");
        long length = given(parameters, "maxlen");
        if (block != 0 && data % block != 0) {
            throw wrong(parameters, "maxdata", "it must be a multiple of minblock=" + parameters.string("minblock"));
        }
        if (block != 0 && length % block != 0) {
            throw wrong(parameters, "maxlen", "it must be a multiple of minblock=" + parameters.string("minblock"));
        }
        return new Limits((int) block, data, length);
    }

    private static long given(Parameters parameters, String key) {
        if (!parameters.has(key)) {
            return 0;
        }
        long size = parameters.size(key);
        if (size == 0) {
            throw wrong(parameters, key, "it must not be 0; leave it out for the default");
        }
        if (size > MAX_LENGTH) {
            throw wrong(parameters, key, "it must be below 4G");
        }
        return size;
    }

    private static ConfigException wrong(Parameters parameters, String key, String right) {
        return new ConfigException("blocksize: " + key + "=" + parameters.string(key) + ": " + right);
    }

    /**
     * With what is not given taken from the layer behind, and nothing that it can't do.
     *
     * @throws NbdException if there is no such request
     */
    Limits with(BlockSizes behind) throws NbdException {
        int min = Math.max(Math.max(1, block), behind.minimum());
        long most = Math.min(data == 0 ? MAX_DATA : Math.min(data, MAX_DATA), behind.isNone() ? MAX_DATA : behind.maximum());
        long longest = length == 0 ? MAX_LENGTH : length;
        if (most < min || longest < min) {
            throw new NbdException(NbdError.EINVAL, "blocksize: requests of " + Math.min(most, longest)
                    + " bytes at most can't be made of blocks of " + min + " bytes, which is what " + (min == block ? "minblock says"
                    : "the layer behind wants"));
        }
        return new Limits(min, most & -min, longest & -min);
    }
}
