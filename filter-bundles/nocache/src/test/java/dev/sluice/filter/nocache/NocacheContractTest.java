package dev.sluice.filter.nocache;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class NocacheContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new NocacheFilter();
    }

    @Override
    protected String kindName() {
        return "nocache";
    }
}
