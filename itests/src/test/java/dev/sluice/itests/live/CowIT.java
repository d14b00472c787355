package dev.sluice.itests.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.runtime.SluiceControl.ChangeOptions;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An overlay under clients: it goes on through swaps, brings its data home or stays, and belongs to its own layer. */
class CowIT extends LiveTest {
    private static final String COW = "dev.sluice.filter.cow";
    private static final String MEMORY = "dev.sluice.plugin.memory";
    private static final String LAYER = "cow cow-block-size=4k";
    private static final ChangeOptions FORCE = new ChangeOptions(false, true, true);

    CowIT() {
        super("nofilter", "memory 1M");
    }

    @Test
    void anOverlayKeepsEveryByteThroughSwapsOfAllSortsUnderLoad() throws Exception {
        byte[] data = Pattern.bytes(1, 0, Wire.MIB + 77);
        try (Scratch x = scratch(LAYER, "memory 16M"); Session s = session(x.name(), 0);
                Traffic traffic = Traffic.on(server, x.name(), 4, 1 << 20)) {
            s.write(8L * Wire.MIB, data).ok();
            for (int i = 0; i < 12; i++) {
                String bundle = i % 4 == 3 ? MEMORY : COW;
                switch (i % 3) {
                    case 0 -> control().upgrade(newVersion(bundle, "2." + i), NONE);
                    case 1 -> update(only(bundle));
                    default -> {
                        only(bundle).stop();
                        only(bundle).start();
                    }
                }
                traffic.awaitRounds(1);
                assertArrayEquals(data, s.read(8L * Wire.MIB, data.length).data());
            }
            traffic.end();
        }
    }

    @Test
    void anOverlayWithChangesRefusesToLeaveAndBringsThemHomeWhenTold() throws Exception {
        try (Scratch x = scratch("nofilter", LAYER, "memory 8M"); Traffic traffic = Traffic.on(server, x.name(), 3, 1 << 20)) {
            assertContains("cow holds changes", refusal(() -> control().remove(x.name(), "cow", CHANGES_DATA)));
            traffic.awaitRounds(2);
            assertEquals(List.of("nofilter", "cow", "memory"), kinds(x.name()));
            control().remove(x.name(), "cow", FORCE);
            assertEquals(List.of("nofilter", "memory"), kinds(x.name()));
            // They compare every byte with what they wrote: it is in the memory now.
            traffic.awaitRounds(2);
            traffic.end();
        }
    }

    @Test
    void anOverlayThatIsPutInUnderLoadTakesWhatIsWrittenFromThenOn() throws Exception {
        try (Scratch x = scratch("memory 8M"); Session s = session(x.name(), 1);
                Traffic traffic = Traffic.on(server, x.name(), 3, 1 << 20)) {
            s.write(6L * Wire.MIB, new byte[] {1, 2, 3}).ok();
            control().insert(x.name(), LAYER, "", CHANGES_DATA);
            s.write(6L * Wire.MIB, new byte[] {4, 5, 6}).ok();
            traffic.awaitRounds(2);
            control().remove(x.name(), "cow", FORCE);
            assertArrayEquals(new byte[] {4, 5, 6}, s.read(6L * Wire.MIB, 3).data());
            traffic.awaitRounds(2);
            traffic.end();
        }
    }

    /** The upper one has a change that the lower one has not: only the one without changes may leave without force. */
    @Test
    void ofTwoOverlaysWithTheSameWordsTheOneThatIsNamedLeaves() throws Exception {
        try (Scratch x = scratch(LAYER, LAYER, "memory 1M"); Session s = session(x.name(), 1)) {
            s.write(0, new byte[] {1, 2, 3}).ok();
            assertContains("cow holds changes", refusal(() -> control().remove(x.name(), "cow:1", CHANGES_DATA)));
            control().remove(x.name(), "cow:2", CHANGES_DATA);
            assertArrayEquals(new byte[] {1, 2, 3}, s.read(0, 3).data());
            assertContains("cow holds changes", refusal(() -> control().remove(x.name(), "cow", CHANGES_DATA)));
        }
    }

    @Test
    void twoOverlaysThatChangePlacesTakeTheirBytesWithThem() throws Exception {
        try (Scratch x = scratch("cow#a cow-block-size=4k", "cow#b cow-block-size=4k", "memory 1M"); Session s = session(x.name(), 1)) {
            s.write(0, new byte[] {1, 2, 3}).ok();
            control().reshape(x.name(), List.of("cow#b cow-block-size=4k", "cow#a cow-block-size=4k", "memory 1M"), CHANGES_DATA);
            assertArrayEquals(new byte[] {1, 2, 3}, s.read(0, 3).data());
            // cow#b is in front now, and has no changes.
            control().remove(x.name(), "cow#b", CHANGES_DATA);
            assertArrayEquals(new byte[] {1, 2, 3}, s.read(0, 3).data());
            assertContains("cow holds changes", refusal(() -> control().remove(x.name(), "cow#a", CHANGES_DATA)));
        }
    }
}
