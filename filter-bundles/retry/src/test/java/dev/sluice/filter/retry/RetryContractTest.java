package dev.sluice.filter.retry;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class RetryContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new RetryFilter();
    }

    @Override
    protected String kindName() {
        return "retry";
    }

    @Override
    protected List<String> words() {
        return List.of("retries=2", "retry-delay=1ms");
    }

    @Override
    protected boolean passesFailures() {
        // one of opening becomes ESHUTDOWN
        return false;
    }
}
