package dev.sluice.filter.readonly;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class GuardedContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new ReadonlyFilter();
    }

    @Override
    protected String kindName() {
        return "readonly";
    }

    @Override
    protected List<String> words() {
        return List.of("readonly-file=never-made");
    }
}
