package dev.sluice.filter.protect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A disk of sevens whose second block of 4096 bytes is zero. */
class ProtectTest {
    private static final int SIZE = 300_001;

    private final ModelDevice model = ModelDevice.of(contents());

    private static byte[] contents() {
        byte[] all = sevens(SIZE);
        Arrays.fill(all, 4096, 8192, (byte) 0);
        return all;
    }

    private static byte[] sevens(int length) {
        byte[] all = new byte[length];
        Arrays.fill(all, (byte) 7);
        return all;
    }

    private LayerHarness start(String... words) throws Exception {
        return LayerHarness.filter(ProtectFilter::new, "protect", List.of(words), Path.of("/"), model).start();
    }

    private Connection connect(String... words) throws Exception {
        Connection c = start(words).connect();
        model.takeCalls();
        return c;
    }

    private void refused(String message, Executable request) {
        var e = assertThrows(NbdException.class, request);
        assertEquals(NbdError.EPERM, e.error());
        assertEquals(message, e.getMessage());
        assertArrayEquals(contents(), model.contents());
    }

    @Test
    void whatIsOfferedIsWhatTheLayerBehindOffers() throws Exception {
        assertEquals(model.info(), connect("protect=-").info());
        model.with(DeviceInfo.readOnly(SIZE).build());
        assertEquals(model.info(), connect("protect=-").info());
    }

    @Test
    void requestsOutsideOfTheRangesPassWithoutAComparison() throws Exception {
        Connection c = connect("protect=100-199", "protect=300-399");
        c.write(0, new byte[100], Flags.of(Flags.FUA));
        c.write(200, new byte[100], Flags.NONE);
        c.device().zero(400, 50, Flags.of(Flags.MAY_TRIM | Flags.FAST_ZERO));
        c.device().trim(200, 100, Flags.of(Flags.FUA));
        assertEquals(List.of("write 0 100 fua", "write 200 100", "zero 400 50 may_trim,fast", "trim 200 100 fua"), model.takeCalls());
    }

    @Test
    void oneProtectedByteAtEitherEndRefusesAWrite() throws Exception {
        Connection c = connect("protect=100-199");
        refused("write would change byte 100, which is protected", () -> c.write(0, new byte[101], Flags.NONE));
        refused("write would change byte 199, which is protected", () -> c.write(199, new byte[50], Flags.NONE));
        refused("write would change byte 150, which is protected", () -> c.write(150, new byte[1], Flags.NONE));
        refused("write would change byte 100, which is protected", () -> c.write(0, new byte[1000], Flags.NONE));
    }

    @Test
    void theSameBytesMayBeWrittenAndOthersAroundThemChange() throws Exception {
        Connection c = connect("protect=100-199", "protect=300-300");
        byte[] data = new byte[1000];
        Arrays.fill(data, 100, 200, (byte) 7);
        data[300] = 7;
        c.write(0, data, Flags.of(Flags.FUA));
        assertEquals(List.of("read 100 100", "read 300 1", "write 0 1000 fua"), model.takeCalls());
        assertArrayEquals(data, Arrays.copyOf(model.contents(), 1000));
    }

    @Test
    void aSecondRangeIsLookedAtBeforeAnythingIsWritten() throws Exception {
        Connection c = connect("protect=100-199", "protect=300-300");
        byte[] data = sevens(400);
        data[300] = 8;
        refused("write would change byte 300, which is protected", () -> c.write(0, data, Flags.NONE));
    }

    @Test
    void everythingCanBeProtected() throws Exception {
        Connection c = connect("protect=-");
        c.write(0, contents(), Flags.NONE);
        refused("write would change byte 300000, which is protected", () -> c.write(SIZE - 1, new byte[1], Flags.NONE));
    }

    @Test
    void allButARangeCanBeProtected() throws Exception {
        Connection c = connect("protect=~100-199");
        c.write(100, new byte[100], Flags.NONE);
        c.write(100, sevens(100), Flags.NONE);
        refused("write would change byte 99, which is protected", () -> c.write(99, new byte[1], Flags.NONE));
        refused("write would change byte 200, which is protected", () -> c.write(200, new byte[1], Flags.NONE));
        refused("write would change byte 300000, which is protected", () -> c.write(SIZE - 1, new byte[1], Flags.NONE));
    }

    @Test
    void zeroesMayBeZeroedAndOtherBytesMayNot() throws Exception {
        Connection c = connect("protect=4000-5000");
        c.device().zero(4096, 4096, Flags.of(Flags.MAY_TRIM | Flags.FUA));
        assertEquals(List.of("status 4096 905", "zero 4096 4096 fua,may_trim"), model.takeCalls());
        refused("write zeroes would change byte 4000, which is protected", () -> c.device().zero(3000, 4000, Flags.NONE));
        refused("write zeroes would change byte 4095, which is protected", () -> c.device().zero(4095, 2, Flags.of(Flags.FAST_ZERO)));
    }

    @Test
    void zeroesAreReadWhereTheLayerBehindDoesNotKnowItsHoles() throws Exception {
        model.with(model.info().with().extents(false).build());
        Connection c = connect("protect=4000-5000");
        c.device().zero(4096, 4096, Flags.NONE);
        refused("write zeroes would change byte 4095, which is protected", () -> c.device().zero(4095, 2, Flags.NONE));
    }

    @Test
    void aTrimLeavesOutWhatIsProtected() throws Exception {
        Connection c = connect("protect=4500-4599", "protect=5000-5000");
        c.device().trim(4096, 4096, Flags.of(Flags.FUA));
        assertEquals(List.of("status 4500 100", "status 5000 1", "trim 4096 404 fua", "trim 4600 400 fua", "trim 5001 3191 fua"),
                model.takeCalls());
        c.device().trim(4550, 10, Flags.NONE);
        assertEquals(List.of("status 4550 10"), model.takeCalls());
        c.device().trim(4590, 20, Flags.NONE);
        assertEquals(List.of("status 4590 10", "trim 4600 10"), model.takeCalls());
    }

    @Test
    void aTrimOfProtectedBytesThatAreNotZeroIsRefused() throws Exception {
        Connection c = connect("protect=8190-8200");
        refused("trim would change byte 8192, which is protected", () -> c.device().trim(4096, 8192, Flags.NONE));
    }

    @Test
    void aTrimOfUpToTheEndIsRightWithARangeWithoutEnd() throws Exception {
        model.with(model.info().with().size(8192).build());
        Connection c = connect("protect=5000-");
        c.device().trim(4096, 4096, Flags.NONE);
        assertEquals(List.of("status 5000 3192", "trim 4096 904"), model.takeCalls());
    }

    @Test
    void theBlockSizesOfTheLayerBehindAreKept() throws Exception {
        model.with(model.info().with().size(SIZE / 512 * 512).blockSizes(new BlockSizes(512, 512, 1024)).build());
        Connection c = connect("protect=4600-4700", "protect=100-3000");
        c.write(0, sevens(4096), Flags.NONE);
        c.device().zero(4096, 1024, Flags.NONE);
        c.device().trim(4096, 2048, Flags.NONE);
        for (String call : model.takeCalls()) {
            String[] words = call.split(" ");
            assertEquals(0, Long.parseLong(words[1]) % 512, call);
            assertEquals(0, Long.parseLong(words[2]) % 512, call);
        }
        c.device().trim(4096, 2048, Flags.NONE);
        assertEquals(List.of("status 4096 1024", "trim 5120 1024"), model.takeCalls());
    }

    @Test
    void anErrorOfTheComparisonIsTheErrorOfTheRequest() throws Exception {
        Connection c = connect("protect=-");
        model.failWith(NbdError.ENOMEM);
        assertEquals(NbdError.ENOMEM, assertThrows(NbdException.class, () -> c.write(0, new byte[5], Flags.NONE)).error());
        assertEquals(NbdError.ENOMEM, assertThrows(NbdException.class, () -> c.device().zero(0, 5, Flags.NONE)).error());
        assertEquals(NbdError.ENOMEM, assertThrows(NbdException.class, () -> c.device().trim(0, 5, Flags.NONE)).error());
    }

    @Test
    void aRangeBehindTheEndProtectsNothing() throws Exception {
        connect("protect=" + SIZE + "-").write(SIZE - 1, new byte[1], Flags.NONE);
    }

    @Test
    void theRangesCanChangeUnderAClient() throws Exception {
        LayerHarness h = start("protect=-");
        h.connect();
        Connection c = h.swap(List.of("protect=0-1")).get(0);
        c.write(2, new byte[1], Flags.NONE);
        assertThrows(NbdException.class, () -> c.write(1, new byte[1], Flags.NONE));
    }

    @Test
    void whatIsNoRangeIsRefused() {
        assertEquals("protect: protect=5-4: it ends before it starts",
                assertThrows(ConfigException.class, () -> start("protect=5-4")).getMessage());
    }
}
