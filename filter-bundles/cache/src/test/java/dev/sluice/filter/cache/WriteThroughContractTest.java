package dev.sluice.filter.cache;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class WriteThroughContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new CacheFilter();
    }

    @Override
    protected String kindName() {
        return "cache";
    }

    @Override
    protected List<String> words() {
        return List.of("cache=writethrough", "cache-min-block-size=4k", "cache-max-size=64k", "cache-on-read=true");
    }
}
