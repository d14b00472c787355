package @PACKAGE@;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;

/** What every filter keeps to: ranges, threads, errors, the change of code. Add what is special to yours. */
class @CLASS@Test extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new @CLASS@();
    }

    @Override
    protected String kindName() {
        return "@NAME@";
    }

    @Override
    protected List<String> words() {
        return List.of("@NAME@-mask=0x55");
    }

    @Override
    protected byte[] through(byte[] behind) {
        byte[] flipped = behind.clone();
        for (int i = 0; i < flipped.length; i++) {
            flipped[i] ^= 0x55;
        }
        return flipped;
    }
}
