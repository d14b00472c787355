package dev.sluice.filter.nozero;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class EmulatedZeroContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new NozeroFilter();
    }

    @Override
    protected String kindName() {
        return "nozero";
    }

    @Override
    protected List<String> words() {
        return List.of("zeromode=emulate", "fastzeromode=ignore");
    }
}
