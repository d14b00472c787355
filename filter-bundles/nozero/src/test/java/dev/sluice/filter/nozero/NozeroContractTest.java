package dev.sluice.filter.nozero;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class NozeroContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new NozeroFilter();
    }

    @Override
    protected String kindName() {
        return "nozero";
    }
}
