package dev.sluice.filter.extentlist;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.StatusSink;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;

/** Knows its extents from the list; everything else passes. */
final class ExtentlistDevice extends ForwardingDevice {
    private final ExtentList extents;

    ExtentlistDevice(NbdDevice next, ExtentList extents) {
        super(next);
        this.extents = extents;
    }

    @Override
    public DeviceInfo info() {
        return next.info().with().extents(true).build();
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        if (context.equals(MetaContext.BASE_ALLOCATION)) {
            extents.status(offset, length, next.info().size(), sink);
        } else {
            next.status(context, offset, length, flags, sink);
        }
    }
}
