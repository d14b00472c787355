package dev.sluice.filter.offset;

import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.shared.range.RangeDevice;
import java.io.IOException;
import java.util.OptionalLong;

/** Adds the offset to every request; whether that fits is found out once, in {@link #prepare()}. */
final class OffsetDevice extends RangeDevice {
    private final long offset;
    private final OptionalLong range;

    OffsetDevice(NbdDevice next, long offset, OptionalLong range) {
        super(next);
        this.offset = offset;
        this.range = range;
    }

    @Override
    public void prepare() throws IOException {
        long real = next.info().size();
        if (offset > real) {
            throw new NbdException(NbdError.EINVAL, "offset=" + offset + " lies behind the end of the " + real + " bytes that are there");
        }
        long size = range.orElse(real - offset);
        if (size > real - offset) {
            throw new NbdException(NbdError.EINVAL, "offset=" + offset + " and range=" + size + " reach behind the end of the " + real
                    + " bytes that are there; range can be at most " + (real - offset));
        }
        serve(offset, size);
    }
}
