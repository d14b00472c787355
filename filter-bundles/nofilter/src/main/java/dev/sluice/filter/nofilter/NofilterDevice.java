package dev.sluice.filter.nofilter;

import dev.sluice.api.NbdDevice;
import dev.sluice.api.util.ForwardingDevice;

/** Changes nothing. A device of its own, so that the core closes the one behind it once. */
final class NofilterDevice extends ForwardingDevice {
    NofilterDevice(NbdDevice next) {
        super(next);
    }
}
