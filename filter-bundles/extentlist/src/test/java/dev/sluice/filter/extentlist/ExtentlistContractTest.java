package dev.sluice.filter.extentlist;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

class ExtentlistContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new ExtentlistFilter();
    }

    @Override
    protected String kindName() {
        return "extentlist";
    }

    @Override
    protected List<String> words() throws IOException {
        Files.writeString(directory.resolve("list"), "0 1000\n1000 512k hole\n");
        return List.of("extentlist=list");
    }
}
