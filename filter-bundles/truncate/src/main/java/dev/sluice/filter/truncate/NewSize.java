package dev.sluice.filter.truncate;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Parameters;
import java.util.OptionalLong;

/**
 * What becomes of a size: first it is replaced, then rounded up, then rounded down. Immutable.
 *
 * @param fixed replaces the size
 * @param up a power of 2 to round up to a multiple of
 * @param down a power of 2 to round down to a multiple of
 */
record NewSize(OptionalLong fixed, OptionalLong up, OptionalLong down) {
    static NewSize from(Parameters parameters) {
        return new NewSize(parameters.optionalSize("truncate"), unit(parameters, "round-up"), unit(parameters, "round-down"));
    }

    private static OptionalLong unit(Parameters parameters, String key) {
        OptionalLong unit = parameters.optionalSize(key);
        if (unit.isPresent() && Long.bitCount(unit.getAsLong()) != 1) {
            throw new ConfigException("truncate: " + key + "=" + parameters.string(key)
                    + ": it must be a power of 2, such as 512, 4k or 1M");
        }
        return unit;
    }

    /**
     * The size to show, 0 .. 2^63-1 bytes.
     *
     * @param real size of the device behind
     * @throws NbdException if rounding up goes beyond the largest size
     */
    long of(long real) throws NbdException {
        long size = fixed.orElse(real);
        if (up.isPresent()) {
            long mask = up.getAsLong() - 1;
            if (size > Long.MAX_VALUE - mask) {
                throw new NbdException(NbdError.EINVAL, "a size of " + size + " bytes can't be rounded up to a multiple of "
                        + up.getAsLong() + ": sizes end at 9223372036854775807");
            }
            size = size + mask & ~mask;
        }
        return down.isPresent() ? size & -down.getAsLong() : size;
    }
}
