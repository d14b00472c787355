package dev.sluice.filter.limit;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class LimitContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new LimitFilter();
    }

    @Override
    protected String kindName() {
        return "limit";
    }

    @Override
    protected List<String> words() {
        return List.of("limit=10", "limit-per-client=9");
    }
}
