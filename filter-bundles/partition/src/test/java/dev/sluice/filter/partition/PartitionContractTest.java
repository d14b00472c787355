package dev.sluice.filter.partition;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import dev.sluice.api.contract.ModelDevice;
import java.util.Arrays;
import java.util.List;

/** The second of two primary partitions. */
class PartitionContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new PartitionFilter();
    }

    @Override
    protected String kindName() {
        return "partition";
    }

    @Override
    protected List<String> words() {
        return List.of("partition=2");
    }

    @Override
    protected ModelDevice newModel() {
        return ModelDevice.of(Tables.mbr(ModelDevice.random(256 * 1024 + 1, random).contents(), 1, 10, 17, 300));
    }

    @Override
    protected byte[] through(byte[] behind) {
        return Arrays.copyOfRange(behind, 17 * 512, 317 * 512);
    }
}
