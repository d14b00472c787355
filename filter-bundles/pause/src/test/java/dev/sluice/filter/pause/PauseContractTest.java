package dev.sluice.filter.pause;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class PauseContractTest extends FilterContract {
    private int layers;

    @Override
    protected NbdFilter newKind() {
        return new PauseFilter();
    }

    @Override
    protected String kindName() {
        return "pause";
    }

    @Override
    protected List<String> words() {
        // two layers can't have the same socket
        layers++;
        return List.of("pause-control=control" + layers);
    }
}
