package dev.sluice.plugin.zero;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.PluginName;
import dev.sluice.api.ReadReply;
import dev.sluice.api.Support;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** A disk of zero bytes: for tests of clients that have never met one. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("zero")
@Help("read-only disk of zero bytes")
public class ZeroPlugin implements NbdPlugin {
    private static final NbdDevice EMPTY = new EmptyDevice();

    @Override
    public NbdDevice open(OpenRequest request) {
        return EMPTY;
    }

    /** Has no state, so one object serves everybody. */
    private static final class EmptyDevice implements NbdDevice {
        private final DeviceInfo info = DeviceInfo.readOnly(0).cache(Support.NATIVE).multiConn(true).build();

        @Override
        public DeviceInfo info() {
            return info;
        }

        /** The core lets no range through that is not inside of the disk, so this is never called. */
        @Override
        public void read(long offset, int length, ReadReply reply) throws NbdException {
            throw new NbdException(NbdError.EINVAL, "a disk of zero bytes has nothing to read");
        }
    }
}
