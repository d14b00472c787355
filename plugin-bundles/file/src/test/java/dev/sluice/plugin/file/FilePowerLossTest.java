package dev.sluice.plugin.file;

import dev.sluice.api.Flags;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.LosingPageCache;
import dev.sluice.api.contract.PowerLossModel;
import dev.sluice.api.contract.SeededRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file, when the power goes: what was flushed, or written with FUA, is there. */
class FilePowerLossTest {
    private static final int SIZE = 40_000;
    private static final int ROUNDS = 60;

    @TempDir
    private Path directory;
    private final SeededRandom random = SeededRandom.create();

    @Test
    void whatWasFlushedOutlivesAPowerCut() throws Exception {
        byte[] contents = random.bytes(SIZE);
        Files.write(directory.resolve("disk"), contents);
        PowerLossModel expected = new PowerLossModel(contents);
        for (int round = 0; round < ROUNDS; round++) {
            LosingPageCache cache = new LosingPageCache();
            try (LayerHarness harness = LayerHarness.plugin(FilePlugin::new, "file", List.of("disk"), directory).start()) {
                harness.context().files().through(cache);
                Connection c = harness.connect();
                expected.checkAfterwards(c.readAll(), "round " + round + ", " + random);
                for (int i = random.nextInt(30); i > 0; i--) {
                    step(c, expected);
                }
                cache.losePower(random);
            }
        }
    }

    private void step(Connection c, PowerLossModel expected) throws Exception {
        if (random.nextInt(6) == 0) {
            c.device().flush();
            expected.flushed();
            return;
        }
        int length = 1 + random.nextInt(5000);
        int offset = random.nextInt(SIZE - length);
        byte[] bytes = random.bytes(length);
        boolean fua = random.nextInt(5) == 0;
        c.write(offset, bytes, fua ? Flags.of(Flags.FUA) : Flags.NONE);
        expected.wrote(offset, bytes, fua);
    }
}
