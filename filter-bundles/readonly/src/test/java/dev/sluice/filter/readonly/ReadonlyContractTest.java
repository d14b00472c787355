package dev.sluice.filter.readonly;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class ReadonlyContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new ReadonlyFilter();
    }

    @Override
    protected String kindName() {
        return "readonly";
    }
}
