package @PACKAGE@;

import dev.sluice.api.Buffers;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.FilterName;
import dev.sluice.api.Flags;
import dev.sluice.api.Help;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.ReadReply;
import dev.sluice.api.Support;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.api.util.Reads;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** One object is one layer of one export. This one flips bits of every byte: put your change in its place. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("@NAME@")
@Help("flips bits of every byte")
@Parameter(name = "@NAME@-mask", type = ParameterType.INTEGER, defaultValue = "255", help = "which bits, 0 to 255")
public class @CLASS@ implements NbdFilter {
    private int mask;

    /** Parameters are checked for their type already; what else is wrong is a ConfigException of one line. */
    @Override
    public void configure(Parameters parameters) {
        mask = (int) parameters.integer("@NAME@-mask", 0, 255);
    }

    /** Called for each connection. Several devices are open at once, and their requests run side by side. */
    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new Device(next.open(request), mask, request.buffers());
    }

    /** What is not overridden passes through. */
    private static final class Device extends ForwardingDevice {
        private final int mask;
        private final Buffers buffers;

        Device(NbdDevice next, int mask, Buffers buffers) {
            super(next);
            this.mask = mask;
            this.buffers = buffers;
        }

        /** Takes back what would no longer be true: zeroes behind are not zeroes here. */
        @Override
        public DeviceInfo info() {
            return next.info().with().zero(Support.EMULATE).extents(false).build();
        }

        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            try (Lease lease = buffers.lease(length)) {
                ByteBuffer bytes = lease.memory().duplicate();
                Reads.into(next, offset, bytes);
                for (int i = 0; i < length; i++) {
                    bytes.put(i, (byte) (bytes.get(i) ^ mask));
                }
                reply.lease(lease, 0, length);
            }
        }

        @Override
        public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
            try (Lease lease = buffers.lease(data.remaining())) {
                ByteBuffer flipped = lease.memory().duplicate();
                while (data.hasRemaining()) {
                    flipped.put((byte) (data.get() ^ mask));
                }
                next.write(offset, flipped.flip(), flags);
            }
        }
    }
}
