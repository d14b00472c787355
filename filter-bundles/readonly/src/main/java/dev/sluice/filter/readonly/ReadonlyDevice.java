package dev.sluice.filter.readonly;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.Support;
import dev.sluice.api.util.ForwardingDevice;

/** Tells the client that it can't write; the core then refuses for it. */
final class ReadonlyDevice extends ForwardingDevice {
    ReadonlyDevice(NbdDevice next) {
        super(next);
    }

    @Override
    public DeviceInfo info() {
        return next.info().with().writable(false).trim(false).zero(Support.NONE).fastZero(false).build();
    }
}
