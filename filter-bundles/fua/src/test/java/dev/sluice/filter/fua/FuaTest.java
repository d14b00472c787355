package dev.sluice.filter.fua;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FuaTest {
    private static final Flags FUA = Flags.of(Flags.FUA);

    private final ModelDevice model = ModelDevice.of(new byte[4096]);

    private LayerHarness start(String... words) throws Exception {
        return LayerHarness.filter(FuaFilter::new, "fua", List.of(words), Path.of("/"), model).start();
    }

    private Connection connect(String... words) throws Exception {
        Connection c = start(words).connect();
        model.takeCalls();
        return c;
    }

    private void withoutFlush() {
        model.with(model.info().with().flush(false).fua(Support.NONE).build());
    }

    private void emulated() {
        model.with(model.info().with().fua(Support.EMULATE).build());
    }

    private List<String> requests(Connection c, Flags flags) throws Exception {
        c.write(0, new byte[1], flags);
        c.device().trim(1, 2, flags);
        c.device().zero(3, 4, flags.with(Flags.MAY_TRIM));
        c.device().flush();
        return model.takeCalls();
    }

    @Test
    void byDefaultFuaIsNotOfferedAndFlushPasses() throws Exception {
        Connection c = connect();
        assertEquals(model.info().with().fua(Support.NONE).build(), c.info());
        assertEquals(List.of("write 0 1", "trim 1 2", "zero 3 4 may_trim", "flush"), requests(c, Flags.NONE));
    }

    @Test
    void emulatedFuaIsLeftToTheCore() throws Exception {
        assertEquals(model.info().with().fua(Support.EMULATE).build(), connect("fuamode=emulate").info());
    }

    @Test
    void emulatedFuaIsThereOnALayerThatHasFlushAndNoFua() throws Exception {
        model.with(model.info().with().fua(Support.NONE).build());
        assertEquals(Support.EMULATE, connect("fuamode=emulate").info().fua());
    }

    @Test
    void emulatedFuaNeedsFlush() {
        withoutFlush();
        var e = assertThrows(NbdException.class, () -> connect("fuamode=emulate"));
        assertEquals("fuamode=emulate needs flush, which the layer behind does not have", e.getMessage());
        assertEquals(NbdError.EINVAL, e.error());
    }

    @Test
    void nativeFuaPasses() throws Exception {
        Connection c = connect("fuamode=native");
        assertEquals(model.info(), c.info());
        assertEquals(List.of("write 0 1 fua", "trim 1 2 fua", "zero 3 4 fua,may_trim", "flush"), requests(c, FUA));
    }

    @Test
    void emulatedFuaBehindIsOfferedAsNative() throws Exception {
        emulated();
        Connection c = connect("fuamode=native");
        assertEquals(Support.NATIVE, c.info().fua());
        assertEquals(List.of("write 0 1", "flush", "trim 1 2", "flush", "zero 3 4 may_trim", "flush", "flush"), requests(c, FUA));
    }

    @Test
    void nativeAndForcedFuaNeedFua() {
        withoutFlush();
        for (String mode : List.of("native", "force")) {
            var e = assertThrows(NbdException.class, () -> connect("fuamode=" + mode));
            assertEquals("fuamode=" + mode + " needs FUA, which the layer behind does not have", e.getMessage());
        }
    }

    @Test
    void aClientThatOnlyReadsIsNeverRefused() throws Exception {
        withoutFlush();
        for (String mode : List.of("none", "emulate", "native", "force", "pass", "discard")) {
            LayerHarness h = start("fuamode=" + mode);
            assertFalse(h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1))).info().isWritable());
        }
    }

    @Test
    void forcedFuaIsOnEveryRequestAndFlushDoesNothing() throws Exception {
        Connection c = connect("fuamode=force");
        assertTrue(c.info().canFlush());
        assertEquals(List.of("write 0 1 fua", "trim 1 2 fua", "zero 3 4 fua,may_trim"), requests(c, Flags.NONE));
        assertEquals(List.of("write 0 1 fua", "trim 1 2 fua", "zero 3 4 fua,may_trim"), requests(c, FUA));
    }

    @Test
    void forcedFuaOnALayerThatEmulatesItIsAFlushAfterEveryRequest() throws Exception {
        emulated();
        Connection c = connect("fuamode=force");
        assertEquals(List.of("write 0 1", "flush", "trim 1 2", "flush", "zero 3 4 may_trim", "flush"), requests(c, Flags.NONE));
    }

    @Test
    void aFastZeroKeepsItsFlag() throws Exception {
        Connection c = connect("fuamode=force");
        c.device().zero(0, 1, Flags.of(Flags.FAST_ZERO));
        assertEquals(List.of("zero 0 1 fua,fast"), model.takeCalls());
    }

    @Test
    void passChangesNothing() throws Exception {
        DeviceInfo plain = DeviceInfo.writable(4096).build();
        model.with(plain);
        assertEquals(plain, connect("fuamode=pass").info());
    }

    @Test
    void discardOffersBothAndPassesNeither() throws Exception {
        withoutFlush();
        Connection c = connect("fuamode=discard");
        assertTrue(c.info().canFlush());
        assertEquals(Support.NATIVE, c.info().fua());
        assertEquals(List.of("write 0 1", "trim 1 2", "zero 3 4 may_trim"), requests(c, FUA));
    }

    @Test
    void aClientThatLeavesIsFlushedIfAskedFor() throws Exception {
        for (String mode : List.of("none", "force", "discard")) {
            connect("fuamode=" + mode, "flush-on-close=true").disconnect();
            assertEquals(List.of("flush"), model.takeCalls());
            connect("fuamode=" + mode).disconnect();
            assertEquals(List.of(), model.takeCalls());
        }
    }

    @Test
    void nothingIsFlushedAtTheEndOnALayerWithoutFlush() throws Exception {
        withoutFlush();
        connect("fuamode=discard", "flush-on-close=true").disconnect();
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void aFilterThatIsTakenOutFlushesIfItWouldAtTheEnd() throws Exception {
        LayerHarness h = start("fuamode=discard", "flush-on-close=yes");
        Connection c = h.connect();
        ((NbdFilter) h.layer()).leave(c.device(), false);
        assertEquals(List.of("flush"), model.takeCalls());
    }

    @Test
    void anErrorOfTheFlushAtTheEndIsNotSwallowed() throws Exception {
        Connection c = connect("flush-on-close=true");
        model.failWith(NbdError.ENOSPC);
        NbdError seen = assertThrows(NbdException.class, c::disconnect).error();
        assertEquals(NbdError.ENOSPC, seen);
    }

    @Test
    void theModeCanChangeUnderAClient() throws Exception {
        LayerHarness h = start("fuamode=discard");
        h.connect();
        Connection c = h.swap(List.of("fuamode=force")).get(0);
        model.takeCalls();
        c.write(0, new byte[1], Flags.NONE);
        assertEquals(List.of("write 0 1 fua"), model.takeCalls());
    }

    @Test
    void anUnknownModeIsRefused() {
        var e = assertThrows(ConfigException.class, () -> start("fuamode=fast"));
        assertEquals("fua: fuamode=fast: must be one of none, emulate, native, force, pass, discard", e.getMessage());
    }
}
