package dev.sluice.filter.offset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.RecordingSink.Extent;
import dev.sluice.api.contract.SeededRandom;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OffsetTest {
    private final ModelDevice model = ModelDevice.of(new SeededRandom(7).bytes(10_000));

    private LayerHarness start(String... words) throws Exception {
        return LayerHarness.filter(OffsetFilter::new, "offset", List.of(words), Path.of("/"), model).start();
    }

    private Connection connect(String... words) throws Exception {
        return start(words).connect();
    }

    @Test
    void withoutParametersItServesEverything() throws Exception {
        assertArrayEquals(model.contents(), connect().readAll());
    }

    @Test
    void anOffsetAloneServesTheRest() throws Exception {
        assertArrayEquals(Arrays.copyOfRange(model.contents(), 4096, 10_000), connect("offset=4k").readAll());
    }

    @Test
    void aRangeAloneServesTheStart() throws Exception {
        assertArrayEquals(Arrays.copyOf(model.contents(), 512), connect("range=1s").readAll());
    }

    @Test
    void anOffsetAtTheEndServesNothing() throws Exception {
        assertEquals(0, connect("offset=10000").info().size());
    }

    @Test
    void anOffsetBehindTheEndIsRefused() throws Exception {
        LayerHarness h = start("offset=10001");
        var e = assertThrows(NbdException.class, h::connect);
        assertEquals("offset=10001 lies behind the end of the 10000 bytes that are there", e.getMessage());
    }

    @Test
    void aRangeThatReachesBehindTheEndIsRefused() throws Exception {
        LayerHarness h = start("offset=1", "range=10000");
        var e = assertThrows(NbdException.class, h::connect);
        assertEquals("offset=1 and range=10000 reach behind the end of the 10000 bytes that are there; range can be at most 9999",
                e.getMessage());
    }

    @Test
    void theLargestRangeDoesNotOverflow() throws Exception {
        LayerHarness h = start("offset=1", "range=9223372036854775807");
        assertThrows(NbdException.class, h::connect);
    }

    @Test
    void aNegativeOffsetIsRefused() {
        var e = assertThrows(ConfigException.class, () -> start("offset=-1"));
        assertEquals("offset: offset=-1: a size cannot be negative", e.getMessage());
    }

    @Test
    void everyRequestArrivesWithTheOffset() throws Exception {
        Connection c = connect("offset=1000", "range=5000");
        model.takeCalls();
        c.read(0, 10);
        c.write(1, new byte[] {1, 2}, Flags.of(Flags.FUA));
        c.device().trim(4999, 1, Flags.NONE);
        c.device().zero(5, 6, Flags.of(Flags.MAY_TRIM));
        c.device().cache(7, 8);
        c.device().flush();
        assertEquals(List.of("read 1000 10", "write 1001 2 fua", "trim 5999 1", "zero 1005 6 may_trim", "cache 1007 8", "flush"),
                model.takeCalls());
    }

    @Test
    void extentsAreShiftedAndCutToThePart() throws Exception {
        Connection c = connect("offset=1000", "range=5000");
        c.device().zero(3096, 1904, Flags.NONE);
        model.zero(6000, 4000, Flags.NONE);
        assertEquals(List.of(new Extent(0, 3096, 0), new Extent(3096, 1904, 3)), c.status(0, 5000, Flags.NONE));
        assertEquals(List.of(new Extent(3100, 1900, 3)), c.status(3100, 10, Flags.NONE));
    }

    @Test
    void memoryOfTheNextLayerPassesWithoutACopy() throws Exception {
        model.leases(true);
        Connection c = connect("offset=1000");
        assertEquals(List.of(RecordingReply.Kind.LEASE), c.readReply(5, 100).kinds());
    }

    @Test
    void theInfoIsThatOfTheNextLayerButForTheSize() throws Exception {
        assertEquals(model.info().with().size(9000).build(), connect("offset=1000").info());
    }
}
