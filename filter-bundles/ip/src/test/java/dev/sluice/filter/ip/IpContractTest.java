package dev.sluice.filter.ip;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;

class IpContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new IpFilter();
    }

    @Override
    protected String kindName() {
        return "ip";
    }
}
