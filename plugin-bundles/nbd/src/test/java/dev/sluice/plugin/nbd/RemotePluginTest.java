package dev.sluice.plugin.nbd;

import dev.sluice.api.NbdPlugin;
import dev.sluice.api.contract.PluginContract;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;

/** The contract, on a server with structured replies. */
class RemotePluginTest extends PluginContract {
    private FakeServer server;

    @Override
    protected NbdPlugin newKind() {
        return new RemotePlugin();
    }

    @Override
    protected String kindName() {
        return "nbd";
    }

    @Override
    protected List<String> words() throws IOException {
        if (server == null) {
            server = new FakeServer(400_000);
            byte[] some = new byte[100_000];
            new Random(3).nextBytes(some);
            System.arraycopy(some, 0, server.disk, 50_000, some.length);
            prepare(server);
        }
        return List.of(server.uri());
    }

    /** Before the first client. */
    protected void prepare(FakeServer fake) {
        // as it is
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }
}
