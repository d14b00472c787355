package dev.sluice.filter.rotational;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class RotationalContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new RotationalFilter();
    }

    @Override
    protected String kindName() {
        return "rotational";
    }
}
