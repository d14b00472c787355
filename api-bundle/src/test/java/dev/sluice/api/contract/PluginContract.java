package dev.sluice.api.contract;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdPlugin;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract of a plugin. A subclass says which one, with which words, and what it reads as. */
public abstract class PluginContract extends DeviceContract {
    @Override
    protected abstract NbdPlugin newKind();

    @Override
    final LayerHarness newHarness(List<String> words) {
        return LayerHarness.plugin(this::newKind, kindName(), words, directory);
    }

    @Override
    final boolean isPlugin() {
        return true;
    }

    @Test
    void theListOfExportsCanBeShown() throws Exception {
        LayerHarness h = start();
        TestClient client = new TestClient(1);
        for (ExportInfo e : ((NbdPlugin) h.layer()).exports(client)) {
            assertFalse(e.name().indexOf('\0') >= 0, () -> "NUL in the name of an export: " + e);
        }
        assertNotNull(((NbdPlugin) h.layer()).description(new TestOpenRequest(h.context(), "", false, client)));
    }

    @Test
    void aDeviceThatIsOpenedReadOnlyCanBeRead() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1)));
        c.readAll();
    }
}
