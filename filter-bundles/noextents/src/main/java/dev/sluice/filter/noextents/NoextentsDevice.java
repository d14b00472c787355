package dev.sluice.filter.noextents;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.util.ForwardingDevice;

/** Without extents the core answers for it: everything is data. */
final class NoextentsDevice extends ForwardingDevice {
    NoextentsDevice(NbdDevice next) {
        super(next);
    }

    @Override
    public DeviceInfo info() {
        return next.info().with().extents(false).build();
    }
}
