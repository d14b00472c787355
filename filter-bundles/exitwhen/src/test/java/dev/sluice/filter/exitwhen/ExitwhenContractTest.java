package dev.sluice.filter.exitwhen;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class ExitwhenContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new ExitwhenFilter(export -> 0);
    }

    @Override
    protected String kindName() {
        return "exitwhen";
    }

    @Override
    protected List<String> words() {
        return List.of("exit-when-file-created=none", "exit-when-process-exits=" + ProcessHandle.current().pid());
    }
}
