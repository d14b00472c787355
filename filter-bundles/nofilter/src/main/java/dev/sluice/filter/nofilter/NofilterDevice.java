package dev.sluice.filter.nofilter;

import dev.sluice.api.NbdDevice;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Changes nothing. A device of its own, so that the core closes the one behind it once. */
final class NofilterDevice extends ForwardingDevice {
    NofilterDevice(NbdDevice next) {
        super(next);
    }

    @Override
    public boolean writesInParts() {
        return next.writesInParts();
    }

    @Override
    public ByteBuffer destination(long offset, int length) throws IOException {
        return next.destination(offset, length);
    }
}
