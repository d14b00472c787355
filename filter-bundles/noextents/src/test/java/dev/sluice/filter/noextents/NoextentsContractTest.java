package dev.sluice.filter.noextents;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class NoextentsContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new NoextentsFilter();
    }

    @Override
    protected String kindName() {
        return "noextents";
    }
}
