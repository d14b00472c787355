package dev.sluice.filter.ip;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class RestrictedIpContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new IpFilter();
    }

    @Override
    protected String kindName() {
        return "ip";
    }

    @Override
    protected List<String> words() {
        return List.of("allow=allunix", "deny=all");
    }
}
