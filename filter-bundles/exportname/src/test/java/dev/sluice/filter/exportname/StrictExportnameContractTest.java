package dev.sluice.filter.exportname;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

class StrictExportnameContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new ExportnameFilter();
    }

    @Override
    protected String kindName() {
        return "exportname";
    }

    @Override
    protected List<String> words() {
        return List.of("exportname-strict=true", "exportname=", "exportname-list=explicit", "exportdesc=fixed:x");
    }
}
