package dev.sluice.filter.exportname;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class ExportnameContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new ExportnameFilter();
    }

    @Override
    protected String kindName() {
        return "exportname";
    }
}
