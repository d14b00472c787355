package dev.sluice.filter.truncate;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.Arrays;
import java.util.List;

/** A disk that is made smaller, to a size that is no multiple of anything. */
class TruncateContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new TruncateFilter();
    }

    @Override
    protected String kindName() {
        return "truncate";
    }

    @Override
    protected List<String> words() {
        return List.of("truncate=200001");
    }

    @Override
    protected byte[] through(byte[] behind) {
        return Arrays.copyOf(behind, 200_001);
    }
}
