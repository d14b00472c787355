package dev.sluice.filter.checkwrite;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class CheckwriteContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new CheckwriteFilter();
    }

    @Override
    protected String kindName() {
        return "checkwrite";
    }

    @Override
    protected boolean keepsWrites() {
        return false;
    }
}
