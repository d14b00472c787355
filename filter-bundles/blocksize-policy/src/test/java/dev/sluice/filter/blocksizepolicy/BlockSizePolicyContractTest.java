package dev.sluice.filter.blocksizepolicy;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

/** Blocks in front of a disk with an odd size, whose end can be used. */
class BlockSizePolicyContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new BlockSizePolicyFilter();
    }

    @Override
    protected String kindName() {
        return "blocksize-policy";
    }

    @Override
    protected List<String> words() {
        return List.of("blocksize-minimum=512", "blocksize-maximum=2M", "blocksize-error-policy=error");
    }
}
