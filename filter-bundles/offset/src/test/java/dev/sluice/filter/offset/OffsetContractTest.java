package dev.sluice.filter.offset;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.Arrays;
import java.util.List;

class OffsetContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new OffsetFilter();
    }

    @Override
    protected String kindName() {
        return "offset";
    }

    @Override
    protected List<String> words() {
        return List.of("offset=1001", "range=150k");
    }

    @Override
    protected byte[] through(byte[] behind) {
        return Arrays.copyOfRange(behind, 1001, 1001 + 150 * 1024);
    }
}
