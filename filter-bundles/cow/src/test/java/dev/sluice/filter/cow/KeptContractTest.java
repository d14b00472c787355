package dev.sluice.filter.cow;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

/** With an overlay that outlives the server. */
class KeptContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new CowFilter();
    }

    @Override
    protected String kindName() {
        return "cow";
    }

    @Override
    protected List<String> words() {
        return List.of("cow-block-size=4k", "cow-file=overlay");
    }
}
