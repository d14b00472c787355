package dev.sluice.itests.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.itests.harness.Requires;
import dev.sluice.itests.harness.Tool;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The short form of the soak: a fixed number of requests, swaps, faults and edits of the configuration. */
class SoakIT {
    @Test
    void mixedLoadSwapsFaultsAndReconfigurationDisturbNobody() throws Exception {
        Requires.programs("python3", "openssl");
        Tool tool = Tool.run(Duration.ofMinutes(5), Daemon.script().resolveSibling("itests").resolve("soak"), "--short");
        assertEquals(0, tool.exit(), tool.toString());
    }
}
