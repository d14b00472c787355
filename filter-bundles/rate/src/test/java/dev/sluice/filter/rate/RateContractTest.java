package dev.sluice.filter.rate;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class RateContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new RateFilter();
    }

    @Override
    protected String kindName() {
        return "rate";
    }

    @Override
    protected List<String> words() {
        return List.of("rate=100M", "connection-rate=80M", "client-rate=90M", "rate-file=none", "burstiness=0.5");
    }
}
