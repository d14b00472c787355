package dev.sluice.filter.rate;

import dev.sluice.api.HandOver;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.util.ForwardingDevice;

/** No limit is set. */
final class UnlimitedDevice extends ForwardingDevice {
    UnlimitedDevice(NbdDevice next) {
        super(next);
    }

    @Override
    public void adopt(HandOver state) {
        // there was a limit before; its levels mean nothing now
    }
}
