package dev.sluice.api.contract;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.Support;
import dev.sluice.api.util.ForwardingDevice;

/** The model as it is opened read-only. */
final class ReadOnlyModel extends ForwardingDevice {
    ReadOnlyModel(NbdDevice model) {
        super(model);
    }

    @Override
    public DeviceInfo info() {
        return next.info().with().writable(false).trim(false).zero(Support.NONE).fastZero(false).build();
    }
}
