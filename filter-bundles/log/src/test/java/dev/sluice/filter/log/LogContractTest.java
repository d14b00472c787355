package dev.sluice.filter.log;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class LogContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new LogFilter();
    }

    @Override
    protected String kindName() {
        return "log";
    }

    @Override
    protected List<String> words() {
        return List.of("logfile=log");
    }
}
