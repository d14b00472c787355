package dev.sluice.filter.readahead;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class ReadaheadContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new ReadaheadFilter();
    }

    @Override
    protected String kindName() {
        return "readahead";
    }
}
