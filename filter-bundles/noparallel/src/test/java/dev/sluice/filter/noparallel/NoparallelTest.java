package dev.sluice.filter.noparallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoparallelTest {
    private static ThreadModel model(String... words) throws Exception {
        ModelDevice behind = ModelDevice.of(new byte[1]);
        return LayerHarness.filter(NoparallelFilter::new, "noparallel", List.of(words), Path.of("/"), behind).start().layer().threadModel();
    }

    @Test
    void byDefaultThereIsOneRequestOfEachClient() throws Exception {
        assertEquals(ThreadModel.SERIALIZE_REQUESTS, model());
        assertEquals(ThreadModel.SERIALIZE_REQUESTS, model("serialize=requests"));
    }

    @Test
    void allRequestsCanBeSerialized() throws Exception {
        assertEquals(ThreadModel.SERIALIZE_ALL_REQUESTS, model("serialize=all-requests"));
    }

    @Test
    void connectionsCanBeSerialized() throws Exception {
        assertEquals(ThreadModel.SERIALIZE_CONNECTIONS, model("serialize=connections"));
    }

    @Test
    void theBritishSpellingIsUnderstood() throws Exception {
        assertEquals(ThreadModel.SERIALIZE_ALL_REQUESTS, model("serialise=all-requests"));
    }

    @Test
    void anUnknownModeIsRefused() {
        assertEquals("noparallel: serialize=all: must be one of requests, all-requests, connections",
                assertThrows(ConfigException.class, () -> model("serialise=all")).getMessage());
    }
}
