package dev.sluice.filter.blocksize;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.Arrays;
import java.util.List;

/** Small blocks and small maximums, in front of a disk with an odd size. */
class BlockSizeContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new BlockSizeFilter();
    }

    @Override
    protected String kindName() {
        return "blocksize";
    }

    @Override
    protected List<String> words() {
        return List.of("minblock=1k", "maxdata=5k", "maxlen=7k");
    }

    @Override
    protected byte[] through(byte[] behind) {
        return Arrays.copyOf(behind, behind.length / 1024 * 1024);
    }
}
