package dev.sluice.filter.partition;

import dev.sluice.api.Buffers;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.util.Reads;
import dev.sluice.shared.blocks.AlignedSource;
import dev.sluice.shared.partitiontable.DiskReader;
import dev.sluice.shared.partitiontable.Partition;
import dev.sluice.shared.partitiontable.PartitionTable;
import dev.sluice.shared.partitiontable.WrongSectorSizeException;
import dev.sluice.shared.range.RangeDevice;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Adds the start of the partition to every request; it is looked up once, in {@link #prepare()}. */
final class PartitionDevice extends RangeDevice {
    private final int number;
    private final int sectorSize;
    private final Buffers buffers;

    PartitionDevice(NbdDevice next, int number, int sectorSize, Buffers buffers) {
        super(next);
        this.number = number;
        this.sectorSize = sectorSize;
        this.buffers = buffers;
    }

    @Override
    public void prepare() throws IOException {
        Partition partition = find(next.info());
        serve(partition.start(), partition.length());
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
}
