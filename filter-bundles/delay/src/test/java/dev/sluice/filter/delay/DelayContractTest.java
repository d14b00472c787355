package dev.sluice.filter.delay;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class DelayContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new DelayFilter();
    }

    @Override
    protected String kindName() {
        return "delay";
    }

    @Override
    protected List<String> words() {
        return List.of("rdelay=1", "wdelay=2", "delay-extents=3", "delay-cache=4", "delay-open=5", "delay-close=6");
    }
}
