package dev.sluice.filter.multiconn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MultiConnTest {
    private final ModelDevice model = ModelDevice.of(new byte[4096]);

    private LayerHarness start(String... words) throws Exception {
        return LayerHarness.filter(MultiConnFilter::new, "multi-conn", List.of(words), Path.of("/"), model).start();
    }

    private DeviceInfo info(String mode) throws Exception {
        return start("multi-conn-mode=" + mode).connect().info();
    }

    private DeviceInfo withoutMultiConn() {
        DeviceInfo without = model.info().with().multiConn(false).build();
        model.with(without);
        return without;
    }

    @Test
    void autoLeavesALayerAloneThatHasMultiConn() throws Exception {
        assertEquals(model.info(), start().connect().info());
    }

    @Test
    void autoEmulatesForALayerThatHasNone() throws Exception {
        DeviceInfo without = withoutMultiConn();
        assertEquals(without.with().multiConn(true).fua(Support.EMULATE).build(), start().connect().info());
    }

    @Test
    void emulationTurnsFuaIntoAFlushOfAll() throws Exception {
        DeviceInfo full = model.info();
        assertEquals(full.with().fua(Support.EMULATE).build(), info("emulate"));
        model.with(full.with().fua(Support.NONE).build());
        assertEquals(Support.NONE, info("emulate").fua());
    }

    @Test
    void emulationNeedsFlush() {
        model.with(model.info().with().flush(false).fua(Support.NONE).multiConn(false).build());
        for (String mode : List.of("auto", "emulate")) {
            var e = assertThrows(NbdException.class, () -> info(mode));
            assertEquals("emulating multi-conn needs flush, which the layer behind does not have", e.getMessage());
            assertEquals(NbdError.EINVAL, e.error());
        }
    }

    @Test
    void otherModesSayWhatTheyAreToldToSay() throws Exception {
        DeviceInfo full = model.info();
        assertEquals(full, info("plugin"));
        assertEquals(full.with().multiConn(false).build(), info("disable"));
        assertEquals(full, info("unsafe"));
        withoutMultiConn();
        assertFalse(info("plugin").multiConn());
        assertFalse(info("disable").multiConn());
        assertTrue(info("unsafe").multiConn());
    }

    @Test
    void requestsPassWithTheirFlags() throws Exception {
        for (String mode : List.of("plugin", "disable", "unsafe")) {
            Connection c = start("multi-conn-mode=" + mode).connect();
            model.takeCalls();
            c.read(0, 1);
            c.write(0, new byte[1], Flags.of(Flags.FUA));
            c.device().trim(0, 1, Flags.of(Flags.FUA));
            c.device().zero(0, 1, Flags.of(Flags.MAY_TRIM | Flags.FAST_ZERO));
            c.device().cache(0, 1);
            c.status(0, 1, Flags.of(Flags.REQ_ONE));
            assertEquals(List.of("read 0 1", "write 0 1 fua", "trim 0 1 fua", "zero 0 1 may_trim,fast", "cache 0 1", "status 0 1 req_one"),
                    model.takeCalls());
        }
    }

    @Test
    void withMultiConnBehindOneFlushIsEnoughForAll() throws Exception {
        LayerHarness h = start();
        Connection a = h.connect();
        Connection b = h.connect();
        a.device().flush();
        model.takeCalls();
        a.write(0, new byte[1], Flags.NONE);
        b.device().flush();
        a.device().flush();
        assertEquals(List.of("write 0 1", "flush"), model.takeCalls());
    }

    @Test
    void withoutMultiConnEachConnectionIsFlushedForItself() throws Exception {
        withoutMultiConn();
        LayerHarness h = start("multi-conn-mode=disable");
        Connection a = h.connect();
        Connection b = h.connect();
        a.device().flush();
        b.device().flush();
        model.takeCalls();
        a.device().flush();
        b.device().flush();
        assertEquals(List.of(), model.takeCalls());
        b.read(0, 1);
        a.write(0, new byte[1], Flags.NONE);
        a.device().flush();
        b.device().flush();
        b.device().flush();
        assertEquals(List.of("read 0 1", "write 0 1", "flush", "flush"), model.takeCalls());
    }

    @Test
    void whatWasWrittenWithFuaNeedsNoFlush() throws Exception {
        for (String level : List.of("fast", "connection")) {
            Connection c = start("multi-conn-track-dirty=" + level).connect();
            c.device().flush();
            Flags fua = Flags.of(Flags.FUA);
            c.write(0, new byte[1], fua);
            c.device().trim(0, 1, fua);
            c.device().zero(0, 1, fua);
            model.takeCalls();
            c.device().flush();
            assertEquals(List.of(), model.takeCalls());
            model.failWith(NbdError.EIO);
            assertThrows(NbdException.class, () -> c.write(0, new byte[1], fua));
            model.failWith(null);
            c.device().flush();
            assertEquals(List.of("write 0 1 fua", "flush"), model.takeCalls());
        }
    }

    @Test
    void withoutTrackingEveryFlushPasses() throws Exception {
        Connection c = start("multi-conn-mode=plugin", "multi-conn-track-dirty=off").connect();
        model.takeCalls();
        c.device().flush();
        c.device().flush();
        assertEquals(List.of("flush", "flush"), model.takeCalls());
    }

    @Test
    void aFlushThatFailedIsNotLeftOut() throws Exception {
        for (String level : List.of("fast", "connection")) {
            Connection c = start("multi-conn-mode=plugin", "multi-conn-track-dirty=" + level).connect();
            model.failWith(NbdError.EIO);
            assertThrows(NbdException.class, () -> c.device().flush());
            model.failWith(null);
            model.takeCalls();
            c.device().flush();
            assertEquals(List.of("flush"), model.takeCalls());
        }
    }

    @Test
    void aWriteThatFailedHalfWayCountsAsOne() throws Exception {
        Connection c = start().connect();
        c.device().flush();
        model.failWith(NbdError.EIO);
        assertThrows(NbdException.class, () -> c.write(0, new byte[1], Flags.NONE));
        model.failWith(null);
        model.takeCalls();
        c.device().flush();
        assertEquals(List.of("flush"), model.takeCalls());
    }

    @Test
    void nothingIsKnownAfterALiveChange() throws Exception {
        LayerHarness h = start();
        h.connect().device().flush();
        Connection after = h.swap().get(0);
        model.takeCalls();
        after.device().flush();
        assertEquals(List.of("flush"), model.takeCalls());
    }

    @Test
    void stateOfAnotherFormatIsRefused() throws Exception {
        MultiConnFilter filter = (MultiConnFilter) start().layer();
        var e = assertThrows(ConfigException.class, () -> filter.adopt(new HandOver("x", 1, Map.of())));
        assertEquals("multi-conn: can't take over state of format 'x' version 1", e.getMessage());
    }

    @Test
    void unknownWordsAreRefused() {
        assertEquals("multi-conn: multi-conn-mode=x: must be one of auto, emulate, plugin, disable, unsafe",
                assertThrows(ConfigException.class, () -> start("multi-conn-mode=x")).getMessage());
        assertEquals("multi-conn: multi-conn-track-dirty=x: must be one of fast, connection, off",
                assertThrows(ConfigException.class, () -> start("multi-conn-track-dirty=x")).getMessage());
    }
}
