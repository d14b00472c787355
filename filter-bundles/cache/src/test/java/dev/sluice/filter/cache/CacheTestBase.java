package dev.sluice.filter.cache;

import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.SeededRandom;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A layer in front of a small disk; everything is given back at the end. */
abstract class CacheTestBase {
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
            model.failWith(null);
            harness.close();
            harness.context().assertNothingHeld();
        }
    }

    LayerHarness start(ModelDevice behind, String... words) throws Exception {
        harness = LayerHarness.filter(CacheFilter::new, "cache", List.of(words), directory, behind);
        return harness.start();
    }

    static List<String> small(String... words) {
        List<String> all = new ArrayList<>(List.of("cache-min-block-size=4k"));
        all.addAll(List.of(words));
        return all;
    }

    /** A client of a layer with blocks of 4096 bytes and these words. */
    Connection connect(String... words) throws Exception {
        Connection c = start(model, small(words).toArray(String[]::new)).connect();
        model.takeCalls();
        return c;
    }

    Connection connect(String export, boolean readOnly) throws Exception {
        return harness.connect(new TestOpenRequest(harness.context(), export, readOnly, new TestClient(99)));
    }

    static void fill(byte[] bytes, int from, byte[] with) {
        System.arraycopy(with, 0, bytes, from, with.length);
    }

    List<String> calls() {
        return model.takeCalls();
    }
}
