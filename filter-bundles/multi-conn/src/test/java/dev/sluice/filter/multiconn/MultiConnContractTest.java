package dev.sluice.filter.multiconn;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class MultiConnContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new MultiConnFilter();
    }

    @Override
    protected String kindName() {
        return "multi-conn";
    }
}
