package dev.sluice.filter.multiconn;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class EmulatedMultiConnContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new MultiConnFilter();
    }

    @Override
    protected String kindName() {
        return "multi-conn";
    }

    @Override
    protected List<String> words() {
        return List.of("multi-conn-mode=emulate");
    }
}
