package dev.sluice.filter.noparallel;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class NoparallelContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new NoparallelFilter();
    }

    @Override
    protected String kindName() {
        return "noparallel";
    }
}
