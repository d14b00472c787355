package dev.sluice.filter.stats;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;
import javax.management.MBeanServerFactory;

class StatsContractTest extends FilterContract {
    private final StatsLayers layers = new StatsLayers(MBeanServerFactory.newMBeanServer());

    @Override
    protected NbdFilter newKind() {
        return new StatsFilter(layers);
    }

    @Override
    protected String kindName() {
        return "stats";
    }

    @Override
    protected List<String> words() {
        return List.of("statsfile=stats");
    }
}
