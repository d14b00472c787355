package dev.sluice.filter.blocksizepolicy;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

/** Without parameters. */
class AllowContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new BlockSizePolicyFilter();
    }

    @Override
    protected String kindName() {
        return "blocksize-policy";
    }
}
