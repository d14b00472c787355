package dev.sluice.filter.cow;

import dev.sluice.api.Flags;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LosingPageCache;
import dev.sluice.api.contract.PowerLossModel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** An overlay that is kept in a file, when the power goes: what was flushed is there, whatever else is. */
class CowPowerLossTest extends CowTestBase {
    private static final int ROUNDS = 60;

    private LosingPageCache cache;

    private Connection open() throws Exception {
        cache = new LosingPageCache();
        start(model, "cow-block-size=4k", "cow-file=overlay").context().files().through(cache);
        return harness.connect();
    }

    @Test
    void whatWasFlushedOutlivesAPowerCut() throws Exception {
        PowerLossModel expected = new PowerLossModel(model.contents());
        for (int round = 0; round < ROUNDS; round++) {
            Connection c = open();
            expected.checkAfterwards(c.readAll(), "round " + round + ", " + random);
            for (int i = random.nextInt(30); i > 0; i--) {
                step(c, expected);
            }
            cache.losePower(random);
            endAnyhow(c);
        }
    }

    private void step(Connection c, PowerLossModel expected) throws Exception {
        int length = 1 + random.nextInt(3 * BLOCK);
        int offset = random.nextInt(SIZE - length);
        switch (random.nextInt(6)) {
            case 0 -> {
                c.device().flush();
                expected.flushed();
            }
            case 1 -> {
                c.device().zero(offset, length, Flags.of(Flags.MAY_TRIM));
                expected.zeroed(offset, length);
            }
            case 2 -> {
                int block = random.nextInt(SIZE / BLOCK) * BLOCK;
                c.device().trim(block, BLOCK, Flags.NONE);
                expected.zeroed(block, BLOCK);
            }
            default -> {
                byte[] bytes = random.bytes(length);
                c.write(offset, bytes, Flags.NONE);
                expected.wrote(offset, bytes, false);
            }
        }
        assertSame(c, expected);
    }

    private void assertSame(Connection c, PowerLossModel expected) throws Exception {
        if (!Arrays.equals(expected.now(), c.readAll())) {
            throw new AssertionError("clients see other bytes than they wrote; " + random);
        }
    }

    /** The last flush of a server without power fails; what it holds is given back all the same. */
    private void endAnyhow(Connection c) {
        try {
            c.disconnect();
            harness.close();
        } catch (Exception e) {
            // as said
        }
        harness = null;
    }
}
