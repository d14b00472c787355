package dev.sluice.filter.exitwhen;

import dev.sluice.api.NbdDevice;
import dev.sluice.api.util.ForwardingDevice;

/** Tells its layer when it is closed. */
final class ExitwhenDevice extends ForwardingDevice {
    private final ExitwhenFilter layer;
    private boolean left;

    ExitwhenDevice(NbdDevice next, ExitwhenFilter layer) {
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
