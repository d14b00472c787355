package dev.sluice.filter.cow;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import dev.sluice.api.contract.ModelDevice;
import java.util.List;

/** Blocks that are copied in several pieces. */
class LargeBlocksContractTest extends FilterContract {
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
        return List.of("cow-block-size=2m");
    }

    @Override
    protected ModelDevice newModel() {
        return ModelDevice.random(5_000_001, random);
    }
}
