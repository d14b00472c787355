package dev.sluice.filter.exitlast;

import dev.sluice.api.NbdDevice;
import dev.sluice.api.util.ForwardingDevice;

/** Tells its layer when it is closed. */
final class ExitlastDevice extends ForwardingDevice {
    private final ExitlastFilter layer;
    private boolean left;

    ExitlastDevice(NbdDevice next, ExitlastFilter layer) {
        super(next);
        this.layer = layer;
    }

    /** Called only when the client goes, not in a swap and not when the layer is taken out. */
    @Override
    public void finish() {
        left = true;
    }

    @Override
    public void close() {
        layer.closed(left);
    }
}
