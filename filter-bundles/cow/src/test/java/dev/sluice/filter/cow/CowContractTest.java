package dev.sluice.filter.cow;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class CowContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new CowFilter();
    }

    @Override
    protected String kindName() {
        return "cow";
    }
}
