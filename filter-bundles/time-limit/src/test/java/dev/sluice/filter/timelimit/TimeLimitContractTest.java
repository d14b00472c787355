package dev.sluice.filter.timelimit;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class TimeLimitContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new TimeLimitFilter();
    }

    @Override
    protected String kindName() {
        return "time-limit";
    }
}
