package dev.sluice.filter.nocache;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class IgnoredCacheContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new NocacheFilter();
    }

    @Override
    protected String kindName() {
        return "nocache";
    }

    @Override
    protected List<String> words() {
        return List.of("cachemode=nop");
    }
}
