package dev.sluice.filter.nocache;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.Support;
import dev.sluice.api.util.ForwardingDevice;

/** Never passes a cache hint on; the core makes reads of it where it is emulated. */
final class NocacheDevice extends ForwardingDevice {
    private final Support offered;

    NocacheDevice(NbdDevice next, Support offered) {
        super(next);
        this.offered = offered;
    }

    @Override
    public DeviceInfo info() {
        return next.info().with().cache(offered).build();
    }

    @Override
    public void cache(long offset, long length) {
        // accepted, and that was it
    }
}
