package @PACKAGE@;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import dev.sluice.api.ReadReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** One object is one layer of one export. This one is a small RAM disk: put your disk in its place. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("@NAME@")
@Help("small RAM disk in the Java heap")
@Parameter(name = "size", type = ParameterType.SIZE, magic = true, required = true, help = "size of the disk, at most 1G")
public class @CLASS@ implements NbdPlugin {
    private byte[] disk;

    /** Parameters are checked for their type already; what else is wrong is a ConfigException of one line. */
    @Override
    public void configure(Parameters parameters) {
        long size = parameters.size("size");
        if (size > 1 << 30) {
            throw new ConfigException("@NAME@: size=" + size + ": at most 1G is possible");
        }
        disk = new byte[(int) size];
    }

    /** Called for each connection. Several devices are open at once, and their requests run side by side. */
    @Override
    public NbdDevice open(OpenRequest request) {
        return new Device(disk);
    }

    /** What a new version of this bundle takes over under connected clients: JDK types only. */
    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver("@ARTIFACT@", 1, Map.of("disk", disk)));
    }

    @Override
    public void adopt(HandOver state) {
        byte[] theirs = (byte[]) state.state().get("disk");
        if (theirs.length != disk.length) {
            throw new ConfigException("@NAME@: size=" + disk.length + ": the disk of " + theirs.length + " bytes can't change its size");
        }
        disk = theirs;
    }

    /** The bytes are with one version at a time. */
    @Override
    public boolean exclusive() {
        return true;
    }

    /** Ranges are checked before they get here; zeroes and FUA are made of writes and flushes. */
    private record Device(byte[] disk) implements NbdDevice {
        @Override
        public DeviceInfo info() {
            return DeviceInfo.writable(disk.length).flush(true).multiConn(true).build();
        }

        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            synchronized (disk) {
                reply.buffer(length).put(disk, (int) offset, length);
            }
        }

        @Override
        public void write(long offset, ByteBuffer data, Flags flags) {
            synchronized (disk) {
                data.get(disk, (int) offset, data.remaining());
            }
        }

        @Override
        public void flush() {
            // what a write has put into the heap is as safe as it will ever be
        }
    }
}
