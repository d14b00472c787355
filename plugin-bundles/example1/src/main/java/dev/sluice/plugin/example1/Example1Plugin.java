package dev.sluice.plugin.example1;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.PluginName;
import dev.sluice.api.ReadReply;
import dev.sluice.api.ThreadModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * The smallest plugin of some use: a disk of 100 MiB with a partition table, the rest of it zeroes. It shows the two things
 * that every plugin has: a component that opens devices, and a device that says what it is and reads.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("example1")
@Help("example of a small plugin: a read-only disk with one partition")
public class Example1Plugin implements NbdPlugin {
    private static final int SIZE = 100 << 20;
    private static final int SECTOR = 512;
    /** The first sector of the partition. */
    private static final int START = 128;
    private static final byte LINUX = (byte) 0x83;

    @Override
    public NbdDevice open(OpenRequest request) {
        return new Example1Device();
    }

    /** One request at a time. This device would not need it; a plugin that can't stand more says so like this. */
    @Override
    public ThreadModel threadModel() {
        return ThreadModel.SERIALIZE_ALL_REQUESTS;
    }

    private static final class Example1Device implements NbdDevice {
        private final byte[] table = partitionTable();

        @Override
        public DeviceInfo info() {
            return DeviceInfo.readOnly(SIZE).build();
        }

        /** Ranges are inside of the disk: the core has looked at them already. */
        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            int fromTable = (int) Math.max(0, Math.min(length, SECTOR - offset));
            if (fromTable > 0) {
                reply.buffer(fromTable).put(table, (int) offset, fromTable);
            }
            if (fromTable < length) {
                reply.zeroes(length - fromTable);
            }
        }
    }

    /** A master boot record with one entry. */
    private static byte[] partitionTable() {
        ByteBuffer sector = ByteBuffer.allocate(SECTOR);
        sector.put(446 + 4, LINUX);
        // numbers are little-endian here
        sector.putInt(446 + 8, Integer.reverseBytes(START));
        sector.putInt(446 + 12, Integer.reverseBytes(SIZE / SECTOR - START));
        sector.put(510, (byte) 0x55);
        sector.put(511, (byte) 0xaa);
        return sector.array();
    }
}
