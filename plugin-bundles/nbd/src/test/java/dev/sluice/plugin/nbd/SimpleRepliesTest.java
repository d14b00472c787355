package dev.sluice.plugin.nbd;

import java.io.IOException;
import java.util.List;

/** The contract, on a server with simple replies and small requests, shared by all clients. */
class SimpleRepliesTest extends RemotePluginTest {
    @Override
    protected List<String> words() throws IOException {
        return List.of(super.words().get(0), "shared=true", "connections=3");
    }

    @Override
    protected void prepare(FakeServer fake) {
        fake.structured = false;
        fake.blocks = new int[] {1, 4096, 65536};
    }
}
