package dev.sluice.filter.partition;

import dev.sluice.api.Buffers;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.util.Extents;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.api.util.Reads;
import dev.sluice.shared.blocks.AlignedSource;
import dev.sluice.shared.partitiontable.DiskReader;
import dev.sluice.shared.partitiontable.Partition;
import dev.sluice.shared.partitiontable.PartitionTable;
import dev.sluice.shared.partitiontable.WrongSectorSizeException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Adds the start of the partition to every request; it is looked up once, in {@link #prepare()}. */
final class PartitionDevice extends ForwardingDevice {
    private final int number;
    private final int sectorSize;
    private final Buffers buffers;
    private long start;
    private DeviceInfo info;

    PartitionDevice(NbdDevice next, int number, int sectorSize, Buffers buffers) {
        super(next);
        this.number = number;
        this.sectorSize = sectorSize;
        this.buffers = buffers;
    }

    @Override
    public void prepare() throws IOException {
        DeviceInfo behind = next.info();
        Partition partition = find(behind);
        start = partition.start();
        info = behind.with().size(partition.length()).build();
    }

    private Partition find(DeviceInfo behind) throws IOException {
        int sector = sectorSize;
        if (sector == PartitionFilter.UNKNOWN) {
            sector = behind.blockSizes().minimum() == 4096 ? 4096 : 512;
        }
        // the layer behind may want larger requests than a sector
        NbdDevice disk = new AlignedSource(next, buffers);
        DiskReader reader = (offset, into) -> {
            try (Lease lease = buffers.lease(into.remaining())) {
                ByteBuffer bytes = lease.memory().duplicate();
                Reads.into(disk, offset, bytes);
                into.put(bytes.flip());
            }
        };
        try {
            return PartitionTable.of(reader, behind.size(), sector).find(number);
        } catch (WrongSectorSizeException e) {
            throw new NbdException(NbdError.EINVAL, e.getMessage() + "; partition-sectorsize=" + e.sectorSize() + " is right", e);
        }
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        next.read(start + offset, length, reply);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        next.write(start + offset, data, flags);
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        next.trim(start + offset, length, flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        next.zero(start + offset, length, flags);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        next.cache(start + offset, length);
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        next.status(context, start + offset, length, flags, Extents.window(sink, start, info.size()));
    }
}
