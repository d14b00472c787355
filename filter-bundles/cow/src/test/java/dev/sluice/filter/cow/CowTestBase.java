package dev.sluice.filter.cow;

import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.SeededRandom;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A layer in front of a small disk; everything is given back at the end. */
abstract class CowTestBase {
    static final int BLOCK = 4096;
    /** Ten blocks and a part of one. */
    static final int SIZE = 10 * BLOCK + 100;

    @TempDir
    Path directory;
    final SeededRandom random = SeededRandom.create();
    final ModelDevice model = ModelDevice.of(random.bytes(SIZE));
    LayerHarness harness;

    @AfterEach
    void everythingIsGivenBack() throws Exception {
        if (harness != null) {
            harness.close();
            harness.context().assertNothingHeld();
        }
    }

    LayerHarness start(ModelDevice behind, String... words) throws Exception {
        harness = LayerHarness.filter(CowFilter::new, "cow", List.of(words), directory, behind);
        return harness.start();
    }

    /** A client of a layer with blocks of 4096 bytes and these words. */
    Connection connect(String... words) throws Exception {
        String[] all = new String[words.length + 1];
        all[0] = "cow-block-size=4k";
        System.arraycopy(words, 0, all, 1, words.length);
        Connection c = start(model, all).connect();
        model.takeCalls();
        return c;
    }

    Connection connectTo(String export) throws Exception {
        return harness.connect(new TestOpenRequest(harness.context(), export, false, new TestClient(99)));
    }

    static void fill(byte[] bytes, int from, byte[] with) {
        System.arraycopy(with, 0, bytes, from, with.length);
    }
}
