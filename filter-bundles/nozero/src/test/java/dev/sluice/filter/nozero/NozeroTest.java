package dev.sluice.filter.nozero;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NozeroTest {
    private static final int SIZE = (2 << 20) + 3;
    private static final Flags FAST = Flags.of(Flags.FAST_ZERO);

    private final ModelDevice model = ModelDevice.of(filled());

    private static byte[] filled() {
        byte[] bytes = new byte[SIZE];
        Arrays.fill(bytes, (byte) 7);
        return bytes;
    }

    private Connection connect(String... words) throws Exception {
        Connection c = LayerHarness.filter(NozeroFilter::new, "nozero", List.of(words), Path.of("/"), model).start().connect();
        model.takeCalls();
        return c;
    }

    private static void refusedAsSlow(Connection c) {
        assertTrue(c.info().canFastZero());
        var e = assertThrows(NbdException.class, () -> c.device().zero(0, 1, FAST));
        assertEquals(NbdError.ENOTSUP, e.error());
    }

    @Test
    void byDefaultNoZeroesAreOffered() throws Exception {
        for (String fast : List.of("default", "none", "slow", "ignore")) {
            Connection c = connect("fastzeromode=" + fast);
            assertEquals(model.info().with().zero(Support.NONE).fastZero(false).build(), c.info());
        }
    }

    @Test
    void emulatedZeroesAreLeftToTheCoreWhichRefusesFastOnes() throws Exception {
        assertEquals(model.info().with().zero(Support.EMULATE).fastZero(true).build(), connect("zeromode=emulate").info());
        assertTrue(connect("zeromode=emulate", "fastzeromode=slow").info().canFastZero());
        assertFalse(connect("zeromode=emulate", "fastzeromode=none").info().canFastZero());
    }

    @Test
    void emulatedZeroesAreThereOnALayerWithout() throws Exception {
        model.with(model.info().with().zero(Support.NONE).fastZero(false).build());
        assertEquals(Support.EMULATE, connect("zeromode=emulate").info().zero());
    }

    @Test
    void emulatedZeroesThatNeedNotBeFastAreWrittenInPieces() throws Exception {
        Connection c = connect("zeromode=emulate", "fastzeromode=ignore");
        c.device().zero(1, SIZE - 2, Flags.of(Flags.FAST_ZERO | Flags.MAY_TRIM | Flags.FUA));
        assertEquals(List.of("write 1 1048576 fua", "write 1048577 1048576 fua", "write 2097153 1 fua"), model.takeCalls());
        byte[] expected = new byte[SIZE];
        expected[0] = 7;
        expected[SIZE - 1] = 7;
        assertArrayEquals(expected, c.readAll());
    }

    @Test
    void anErrorInTheMiddleOfWrittenZeroesIsPassedOn() throws Exception {
        Connection c = connect("zeromode=emulate", "fastzeromode=ignore");
        model.failWith(NbdError.ENOSPC);
        assertEquals(NbdError.ENOSPC, assertThrows(NbdException.class, () -> c.device().zero(0, SIZE, Flags.NONE)).error());
    }

    @Test
    void notrimKeepsStorageAllocated() throws Exception {
        Connection c = connect("zeromode=notrim");
        assertEquals(model.info(), c.info());
        c.device().zero(5, 6, Flags.of(Flags.MAY_TRIM | Flags.FUA | Flags.FAST_ZERO));
        assertEquals(List.of("zero 5 6 fua,fast"), model.takeCalls());
    }

    @Test
    void pluginPassesZeroesAsTheyAre() throws Exception {
        Connection c = connect("zeromode=plugin");
        assertEquals(model.info(), c.info());
        c.device().zero(5, 6, Flags.of(Flags.MAY_TRIM | Flags.FUA | Flags.FAST_ZERO));
        assertEquals(List.of("zero 5 6 fua,may_trim,fast"), model.takeCalls());
    }

    @Test
    void fastZeroesOfTheLayerBehindAreKeptByDefault() throws Exception {
        model.with(model.info().with().fastZero(false).build());
        assertFalse(connect("zeromode=plugin").info().canFastZero());
        assertFalse(connect("zeromode=notrim").info().canFastZero());
    }

    @Test
    void fastZeroesCanBeHidden() throws Exception {
        assertFalse(connect("zeromode=plugin", "fastzeromode=none").info().canFastZero());
    }

    @Test
    void slowRefusesEveryFastZero() throws Exception {
        model.with(model.info().with().fastZero(false).build());
        for (String zero : List.of("notrim", "plugin")) {
            Connection c = connect("zeromode=" + zero, "fastzeromode=slow");
            refusedAsSlow(c);
            assertEquals(List.of(), model.takeCalls());
            c.device().zero(0, 1, Flags.NONE);
            assertEquals(List.of("zero 0 1"), model.takeCalls());
        }
    }

    @Test
    void ignoreDropsTheFlag() throws Exception {
        model.with(model.info().with().fastZero(false).build());
        Connection c = connect("zeromode=plugin", "fastzeromode=ignore");
        assertTrue(c.info().canFastZero());
        c.device().zero(0, 1, FAST.with(Flags.MAY_TRIM));
        assertEquals(List.of("zero 0 1 may_trim"), model.takeCalls());
    }

    @Test
    void aLayerThatEmulatesZeroesRefusesFastOnesItself() throws Exception {
        model.with(model.info().with().zero(Support.EMULATE).build());
        refusedAsSlow(connect("zeromode=plugin"));
    }

    @Test
    void modesThatNeedZeroesRefuseALayerWithout() {
        model.with(model.info().with().zero(Support.NONE).fastZero(false).build());
        for (String zero : List.of("notrim", "plugin")) {
            var e = assertThrows(NbdException.class, () -> connect("zeromode=" + zero));
            assertEquals("zeromode=" + zero + " needs write zeroes, which the layer behind does not have", e.getMessage());
        }
    }

    @Test
    void aClientThatOnlyReadsIsNeverRefused() throws Exception {
        for (String zero : List.of("none", "emulate", "notrim", "plugin")) {
            LayerHarness h = LayerHarness.filter(NozeroFilter::new, "nozero",
                    List.of("zeromode=" + zero, "fastzeromode=slow"), Path.of("/"), model).start();
            Connection c = h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1)));
            assertEquals(Support.NONE, c.info().zero());
            assertFalse(c.info().canFastZero());
        }
    }

    @Test
    void unknownModesAreRefused() {
        assertEquals("nozero: zeromode=x: must be one of none, emulate, notrim, plugin",
                assertThrows(ConfigException.class, () -> connect("zeromode=x")).getMessage());
        assertEquals("nozero: fastzeromode=x: must be one of default, none, slow, ignore",
                assertThrows(ConfigException.class, () -> connect("fastzeromode=x")).getMessage());
    }
}
