package dev.sluice.filter.rate;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class UnlimitedContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new RateFilter();
    }

    @Override
    protected String kindName() {
        return "rate";
    }
}
