package dev.sluice.filter.rotational;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RotationalTest {
    private final ModelDevice model = ModelDevice.of(new byte[4096]);

    private DeviceInfo info(String... words) throws Exception {
        return LayerHarness.filter(RotationalFilter::new, "rotational", List.of(words), Path.of("/"), model).start().connect().info();
    }

    @Test
    void byDefaultTheFlagIsSetAndNothingElseChanges() throws Exception {
        assertEquals(model.info().with().rotational(true).build(), info());
    }

    @Test
    void theFlagOfTheLayerBehindCanBeCleared() throws Exception {
        DeviceInfo plain = model.info();
        model.with(plain.with().rotational(true).build());
        assertEquals(plain, info("rotational=no"));
    }

    @Test
    void whatIsNoBooleanIsRefused() {
        assertEquals("rotational: rotational=maybe: a boolean is one of 1 true t yes y on, 0 false f no n off",
                assertThrows(ConfigException.class, () -> info("rotational=maybe")).getMessage());
    }
}
