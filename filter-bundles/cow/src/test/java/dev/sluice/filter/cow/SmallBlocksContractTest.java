package dev.sluice.filter.cow;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import dev.sluice.api.contract.ModelDevice;
import java.util.List;

/** Small blocks, each read copied into the overlay, and a layer behind that wants larger blocks than the overlay has. */
class SmallBlocksContractTest extends FilterContract {
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
        return List.of("cow-block-size=4k", "cow-on-read=true", "cow-on-cache=true");
    }

    @Override
    protected ModelDevice newModel() {
        ModelDevice model = super.newModel();
        return model.with(model.info().with().blockSizes(new BlockSizes(8192, 16384, 65536)).build());
    }
}
