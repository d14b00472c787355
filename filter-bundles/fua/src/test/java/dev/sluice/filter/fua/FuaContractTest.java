package dev.sluice.filter.fua;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class FuaContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new FuaFilter();
    }

    @Override
    protected String kindName() {
        return "fua";
    }
}
