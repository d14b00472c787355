package dev.sluice.filter.error;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class ErrorContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new ErrorFilter();
    }

    @Override
    protected String kindName() {
        return "error";
    }

    @Override
    protected List<String> words() {
        return List.of("error=ENOSPC", "error-rate=1", "error-file=never-made");
    }
}
