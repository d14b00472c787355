package dev.sluice.filter.blocksize;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

/** Without parameters, in front of a device without wishes. */
class UnlimitedContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new BlockSizeFilter();
    }

    @Override
    protected String kindName() {
        return "blocksize";
    }
}
