package dev.sluice.plugin.example3;

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
import dev.sluice.api.ThreadModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * A disk that can be written, for each client its own. It shows writing and flushing, and how the bytes of a connected client
 * get over a change of code. (The plugins for real use are "memory" and "tmpdisk".)
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("example3")
@Help("example of a plugin that can be written: a disk for each client")
@Parameter(name = "size", type = ParameterType.SIZE, defaultValue = "100M", help = "size of the disk, at most 1G")
public class Example3Plugin implements NbdPlugin {
    private static final int MAX_SIZE = 1 << 30;

    private int size;

    @Override
    public void configure(Parameters parameters) {
        long wanted = parameters.size("size");
        if (wanted > MAX_SIZE) {
            throw new ConfigException("example3: size=" + wanted + ": at most 1G is possible");
        }
        size = (int) wanted;
    }

    /** One request at a time, so the array needs no lock. */
    @Override
    public ThreadModel threadModel() {
        return ThreadModel.SERIALIZE_ALL_REQUESTS;
    }

    @Override
    public NbdDevice open(OpenRequest request) {
        return new Example3Device(size);
    }

    private static final class Example3Device implements NbdDevice {
        private final int size;
        private byte[] disk;

        Example3Device(int size) {
            this.size = size;
            disk = new byte[size];
        }

        @Override
        public DeviceInfo info() {
            return DeviceInfo.writable(size).flush(true).build();
        }

        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            reply.buffer(length).put(disk, (int) offset, length);
        }

        @Override
        public void write(long offset, ByteBuffer data, Flags flags) {
            data.get(disk, (int) offset, data.remaining());
        }

        @Override
        public void flush() {
            // memory is as safe as it will ever be
        }

        /** Before a change of code: what belongs to this client goes to the device of the new code. */
        @Override
        public Optional<HandOver> release() {
            return Optional.of(new HandOver("dev.sluice.plugin.example3", 1, Map.of("disk", disk)));
        }

        @Override
        public void adopt(HandOver state) {
            byte[] theirs = (byte[]) state.state().get("disk");
            if (theirs.length != size) {
                throw new ConfigException("example3: size=" + size + ": a disk in use has " + theirs.length + " bytes");
            }
            disk = theirs;
        }
    }
}
