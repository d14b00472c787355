package dev.sluice.itests.kinds;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What outlives a server, because its operator asked for that. */
class RestartIT {
    private static final byte[] DATA = Pattern.bytes(5, 0, 300_000);

    @TempDir
    Path directory;

    @Test
    void anOverlayInAFileOutlivesTheServer() throws Exception {
        String cow = "cow cow-block-size=4K cow-file=" + directory.resolve("overlay");
        byte[] before;
        try (SluiceServer server = SluiceServer.start()) {
            server.export("disk", cow, "null 4M");
            try (Session s = RawNbdClient.greeted(server.address()).structured().go("disk")) {
                s.write(12_345, DATA).ok();
                s.ask(0, Wire.WRITE_ZEROES, 20_000, 9000).ok();
                s.ask(0, Wire.FLUSH, 0, 0).ok();
                before = s.read(0, Wire.MIB).data();
                s.disconnect();
            }
        }
        try (SluiceServer server = SluiceServer.start()) {
            server.export("disk", cow, "null 4M");
            try (Session s = RawNbdClient.greeted(server.address()).structured().go("disk")) {
                assertArrayEquals(before, s.read(0, Wire.MIB).data());
                s.disconnect();
            }
        }
    }
}
