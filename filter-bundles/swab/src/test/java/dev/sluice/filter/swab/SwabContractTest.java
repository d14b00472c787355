package dev.sluice.filter.swab;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

/** Words of 8 bytes in front of a disk with an odd size. */
class SwabContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new SwabFilter();
    }

    @Override
    protected String kindName() {
        return "swab";
    }

    @Override
    protected List<String> words() {
        return List.of("swab-bits=64");
    }

    @Override
    protected byte[] through(byte[] behind) {
        byte[] swapped = new byte[behind.length & -8];
        for (int i = 0; i < swapped.length; i++) {
            swapped[i] = behind[i ^ 7];
        }
        return swapped;
    }
}
