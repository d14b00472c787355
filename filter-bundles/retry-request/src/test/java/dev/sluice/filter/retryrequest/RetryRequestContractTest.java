package dev.sluice.filter.retryrequest;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class RetryRequestContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new RetryRequestFilter();
    }

    @Override
    protected String kindName() {
        return "retry-request";
    }

    @Override
    protected List<String> words() {
        return List.of("retry-request-retries=3", "retry-request-delay=1ms", "retry-request-open=true");
    }
}
