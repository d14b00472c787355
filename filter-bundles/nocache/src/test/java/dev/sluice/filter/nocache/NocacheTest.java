package dev.sluice.filter.nocache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NocacheTest {
    private final ModelDevice model = ModelDevice.of(new byte[4096]);

    private Connection connect(String... words) throws Exception {
        return LayerHarness.filter(NocacheFilter::new, "nocache", List.of(words), Path.of("/"), model).start().connect();
    }

    @Test
    void byDefaultCacheIsNotOffered() throws Exception {
        assertEquals(model.info().with().cache(Support.NONE).build(), connect().info());
    }

    @Test
    void emulatedCacheIsLeftToTheCoreEvenOnALayerWithout() throws Exception {
        model.with(model.info().with().cache(Support.NONE).build());
        assertEquals(Support.EMULATE, connect("cachemode=emulate").info().cache());
    }

    @Test
    void nopAcceptsAndIgnores() throws Exception {
        Connection c = connect("cachemode=nop");
        assertEquals(Support.NATIVE, c.info().cache());
        model.takeCalls();
        c.device().cache(0, 4096);
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void anUnknownModeIsRefused() {
        assertEquals("nocache: cachemode=x: must be one of none, emulate, nop",
                assertThrows(ConfigException.class, () -> connect("cachemode=x")).getMessage());
    }
}
