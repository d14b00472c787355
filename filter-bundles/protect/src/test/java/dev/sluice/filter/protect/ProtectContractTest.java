package dev.sluice.filter.protect;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class ProtectContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new ProtectFilter();
    }

    @Override
    protected String kindName() {
        return "protect";
    }
}
