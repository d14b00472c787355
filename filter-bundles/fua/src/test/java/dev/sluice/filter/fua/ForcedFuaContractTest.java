package dev.sluice.filter.fua;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class ForcedFuaContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new FuaFilter();
    }

    @Override
    protected String kindName() {
        return "fua";
    }

    @Override
    protected List<String> words() {
        return List.of("fuamode=force");
    }
}
