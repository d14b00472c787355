package dev.sluice.filter.exitlast;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class ExitlastContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new ExitlastFilter();
    }

    @Override
    protected String kindName() {
        return "exitlast";
    }
}
