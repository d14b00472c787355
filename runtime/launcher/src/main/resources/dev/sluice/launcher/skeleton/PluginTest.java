package @PACKAGE@;

import dev.sluice.api.NbdPlugin;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.PluginContract;
import java.util.List;

/** What every plugin keeps to: ranges, threads, errors, the change of code. Add what is special to yours. */
class @CLASS@Test extends PluginContract {
    @Override
    protected NbdPlugin newKind() {
        return new @CLASS@();
    }

    @Override
    protected String kindName() {
        return "@NAME@";
    }

    @Override
    protected List<String> words() {
        return List.of("size=1M");
    }

    @Override
    protected byte[] expected(Connection connection) {
        return new byte[1 << 20];
    }
}
