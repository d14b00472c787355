package dev.sluice.itests.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.itests.harness.Pki;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.SluiceServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Code is replaced under clients whose connections are encrypted. */
class TlsSwapIT extends LiveTest {
    TlsSwapIT() {
        super("nofilter", "log logfile=/dev/null", "memory 64M");
    }

    @Test
    void clientsOverTlsNoticeNothingOfAnUpgrade() throws Exception {
        Path directory = new Pki(sluice().directory().resolve("pki")).server("server");
        InetSocketAddress address = SluiceServer.tcpAddress(sluice().listen("tls", "tcp:127.0.0.1:0",
                Map.of("tls", "require", "tls-certificates", directory.toString())));
        try (Traffic traffic = Traffic.on(i -> Traffic.session(encrypted(address, i), "", i), 3, 1 << 20)) {
            for (String bundle : new String[] {"dev.sluice.filter.nofilter", "dev.sluice.plugin.memory"}) {
                List<SwapRecord> done = control().upgrade(newVersion(bundle, "2.0.0"), NONE);
                traffic.awaitRounds(3);
                assertEquals("ok", done.get(0).result());
                assertEquals(3, done.get(0).connections());
            }
            traffic.end();
        } finally {
            sluice().unlisten("tls");
        }
    }

    private static RawNbdClient encrypted(InetSocketAddress address, int number) throws IOException {
        try {
            return RawNbdClient.greeted(address).startTls(Pki.engine(number % 2 == 0 ? "TLSv1.3" : "TLSv1.2"));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
