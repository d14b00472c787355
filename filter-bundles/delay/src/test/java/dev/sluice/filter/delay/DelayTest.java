package dev.sluice.filter.delay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ManualCancellation;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class DelayTest {
    private final ModelDevice model = ModelDevice.of(new byte[4096]);

    private LayerHarness start(String... words) throws Exception {
        return LayerHarness.filter(DelayFilter::new, "delay", List.of(words), Path.of("/"), model).start();
    }

    /** Milliseconds of sleep before a read, write, zero, trim, status, cache, flush. */
    private List<Long> delays(String... words) throws Exception {
        Connection c = start(words).connect();
        List<Long> all = new ArrayList<>();
        all.add(slept(c, () -> c.read(0, 1)));
        all.add(slept(c, () -> c.write(0, new byte[1], Flags.NONE)));
        all.add(slept(c, () -> c.device().zero(0, 1, Flags.NONE)));
        all.add(slept(c, () -> c.device().trim(0, 1, Flags.NONE)));
        all.add(slept(c, () -> c.status(0, 1, Flags.NONE)));
        all.add(slept(c, () -> c.device().cache(0, 1)));
        all.add(slept(c, () -> c.device().flush()));
        return all;
    }

    private static long slept(Connection c, Executable request) throws IOException {
        ManualCancellation cancellation = c.request().cancellation();
        cancellation.forgetSleeps();
        try {
            request.execute();
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        return cancellation.slept().stream().mapToLong(Duration::toMillis).sum();
    }

    @Test
    void withoutParametersNothingWaits() throws Exception {
        assertEquals(List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L), delays());
    }

    @Test
    void eachKindOfRequestHasItsOwnDelay() throws Exception {
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6000L, 0L),
                delays("rdelay=1ms", "delay-write=2ms", "delay-zero=3ms", "delay-trim=4ms", "delay-extents=5ms", "delay-cache=6"));
    }

    @Test
    void everyAliasIsUnderstood() throws Exception {
        for (String alias : List.of("delay-read", "delay-reads")) {
            assertEquals(List.of(7L, 0L, 0L, 0L, 0L, 0L, 0L), delays(alias + "=7ms"));
        }
        assertEquals(List.of(0L, 7L, 0L, 0L, 0L, 0L, 0L), delays("delay-writes=7ms"));
        assertEquals(List.of(0L, 0L, 7L, 0L, 0L, 0L, 0L), delays("delay-zeroes=7ms"));
        for (String alias : List.of("delay-trims", "delay-discard", "delay-discards")) {
            assertEquals(List.of(0L, 0L, 0L, 7L, 0L, 0L, 0L), delays(alias + "=7ms"));
        }
        assertEquals(List.of(0L, 0L, 0L, 0L, 7L, 0L, 0L), delays("delay-extent=7ms"));
    }

    @Test
    void wdelayDelaysWritesZeroesAndTrims() throws Exception {
        assertEquals(List.of(0L, 9L, 9L, 9L, 0L, 0L, 0L), delays("wdelay=9ms"));
    }

    @Test
    void theOrderOfWdelayAndItsPartsCounts() throws Exception {
        assertEquals(List.of(0L, 9L, 1L, 9L, 0L, 0L, 0L), delays("delay-trim=3ms", "wdelay=9ms", "delay-zero=1ms"));
        assertEquals(List.of(0L, 9L, 9L, 9L, 0L, 0L, 0L), delays("delay-zero=1ms", "wdelay=9ms"));
    }

    @Test
    void fractionsOfASecondAreUnderstood() throws Exception {
        assertEquals(500L, delays("rdelay=.5").get(0));
    }

    @Test
    void anOpenWaitsBeforeTheNextLayerIsOpened() throws Exception {
        LayerHarness h = start("delay-open=3");
        Connection c = h.connect();
        assertEquals(List.of(Duration.ofSeconds(3)), c.request().cancellation().slept());
    }

    @Test
    void anOpenIsGivenUpWhenTheServerStops() throws Exception {
        LayerHarness h = start("delay-open=3");
        TestOpenRequest request = new TestOpenRequest(h.context(), "", false, new TestClient(1));
        request.cancellation().inSleep(() -> request.cancellation().cancel("stop"));
        var e = assertThrows(NbdException.class, () -> h.connect(request));
        assertEquals(NbdError.ESHUTDOWN, e.error());
        assertEquals(List.of(), h.next().requests());
    }

    @Test
    void aGoodbyeWaitsBeforeTheClose() throws Exception {
        Connection c = start("delay-close=4").connect();
        c.disconnect();
        assertEquals(List.of(Duration.ofSeconds(4)), c.request().cancellation().slept());
    }

    @Test
    void aWaitEndsWhenTheDeviceMustClose() throws Exception {
        Connection c = start("rdelay=1000").connect();
        model.takeCalls();
        c.request().cancellation().inSleep(() -> c.request().cancellation().cancel("stop"));
        var e = assertThrows(NbdException.class, () -> c.read(0, 1));
        assertEquals(NbdError.ESHUTDOWN, e.error());
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void fastZeroesAreDelayedLikeOthersByDefault() throws Exception {
        Connection c = start("delay-zero=1").connect();
        assertEquals(1000, slept(c, () -> c.device().zero(0, 1, Flags.of(Flags.FAST_ZERO))));
    }

    @Test
    void fastZeroesFailAtOnceIfSaidSo() throws Exception {
        Connection c = start("delay-zero=1", "delay-fast-zero=false").connect();
        var e = assertThrows(NbdException.class, () -> c.device().zero(0, 1, Flags.of(Flags.FAST_ZERO)));
        assertEquals(NbdError.ENOTSUP, e.error());
        assertEquals(List.of(), c.request().cancellation().slept());
        assertEquals(1000, slept(c, () -> c.device().zero(0, 1, Flags.NONE)));
    }

    @Test
    void fastZeroesAreOfferedWhereTheyAreAnsweredHere() throws Exception {
        DeviceInfo without = model.info().with().fastZero(false).build();
        model.with(without);
        assertTrue(start("delay-zero=1", "delay-fast-zero=no").connect().info().canFastZero());
        assertFalse(start("delay-zero=1").connect().info().canFastZero());
        assertFalse(start("delay-fast-zero=no").connect().info().canFastZero());
    }

    @Test
    void fastZeroesPassWhileZeroesAreNotDelayed() throws Exception {
        Connection c = start("delay-fast-zero=no").connect();
        c.device().zero(0, 1, Flags.of(Flags.FAST_ZERO));
    }

    @Test
    void aNegativeDelayIsRefused() {
        var e = assertThrows(ConfigException.class, () -> start("wdelay=-1"));
        assertEquals("delay: wdelay=-1: a delay cannot be negative", e.getMessage());
    }

    @Test
    void theTimesCanBeChangedUnderAClient() throws Exception {
        LayerHarness h = start("rdelay=1");
        Connection before = h.connect();
        assertEquals(1000, slept(before, () -> before.read(0, 1)));
        Connection after = h.swap(List.of("rdelay=3ms", "wdelay=2")).get(0);
        assertEquals(3, slept(after, () -> after.read(0, 1)));
        assertEquals(2000, slept(after, () -> after.write(0, new byte[1], Flags.NONE)));
    }
}
