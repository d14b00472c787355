package dev.sluice.filter.retry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class RetryTest {
    private static final int SIZE = 10000;
    private final ModelDevice model = ModelDevice.of(new byte[SIZE]);
    private LayerHarness harness;

    private Connection connect(String... words) throws Exception {
        harness = LayerHarness.filter(RetryFilter::new, "retry", List.of(words), Path.of("/"), model).start();
        return harness.connect();
    }

    private static List<Executable> requests(Connection c) {
        return List.of(() -> c.read(0, 1), () -> c.write(0, new byte[1], Flags.NONE), () -> c.device().flush(),
                () -> c.device().trim(0, 1, Flags.NONE), () -> c.device().zero(0, 1, Flags.NONE),
                () -> c.device().cache(0, 1), () -> c.status(0, 1, Flags.NONE));
    }

    private static void run(Executable request) throws Exception {
        try {
            request.execute();
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** In the n-th wait this happens. */
    private static void inWait(Connection c, int n, Runnable action) {
        AtomicInteger waits = new AtomicInteger();
        c.request().cancellation().inSleep(() -> {
            if (waits.incrementAndGet() == n) {
                action.run();
            }
        });
    }

    private static List<Long> waits(Connection c) {
        return c.request().cancellation().slept().stream().map(Duration::toMillis).toList();
    }

    private static NbdError error(Executable request) {
        return assertThrows(NbdException.class, request).error();
    }

    @Test
    void everyKindOfRequestIsMadeAgainOnANewDevice() throws Exception {
        Connection c = connect();
        int devices = 1;
        for (Executable request : requests(c)) {
            model.failWith(NbdError.EIO);
            inWait(c, 2, () -> model.failWith(null));
            run(request);
            devices += 2;
            assertEquals(devices, harness.next().requests().size());
            assertEquals(devices, c.behind().size());
            assertEquals(1, c.behind().stream().filter(d -> !d.isClosed()).count());
        }
    }

    @Test
    void theWaitsGrowUnlessSaidOtherwise() throws Exception {
        Connection c = connect();
        model.failWith(NbdError.ENOMEM);
        assertEquals(NbdError.ENOMEM, error(() -> c.read(0, 1)));
        assertEquals(List.of(2000L, 4000L, 8000L, 16000L, 32000L), waits(c));
        model.failWith(null);
        Connection even = connect("retry-exponential=no", "retries=3", "retry-delay=250ms");
        model.failWith(NbdError.EIO);
        assertEquals(NbdError.EIO, error(() -> even.read(0, 1)));
        assertEquals(NbdError.EIO, error(() -> even.read(0, 1)));
        assertEquals(List.of(250L, 250L, 250L, 250L, 250L, 250L), waits(even));
    }

    @Test
    void withoutRetriesTheFirstFailureCounts() throws Exception {
        Connection c = connect("retries=0");
        model.failWith(NbdError.ENOSPC);
        assertEquals(NbdError.ENOSPC, error(() -> c.write(0, new byte[1], Flags.NONE)));
        assertEquals(1, harness.next().requests().size());
    }

    @Test
    void whatCannotBeOpenedAgainIsShuttingDownUntilItCan() throws Exception {
        Connection c = connect("retries=2");
        model.failWith(NbdError.EIO);
        harness.next().refuseWith(NbdError.EIO);
        assertEquals(NbdError.ESHUTDOWN, error(() -> c.read(0, 1)));
        assertEquals(NbdError.ESHUTDOWN, error(() -> c.write(0, new byte[1], Flags.NONE)));
        model.failWith(null);
        harness.next().refuseWith(null);
        assertArrayEquals(new byte[SIZE], c.readAll());
    }

    @Test
    void theFirstOpeningIsTriedAgain() throws Exception {
        connect();
        TestOpenRequest request = new TestOpenRequest(harness.context(), "", false, new TestClient(2));
        harness.next().refuseWith(NbdError.EIO);
        request.cancellation().inSleep(() -> harness.next().refuseWith(null));
        harness.connect(request).readAll();
        assertEquals(List.of(Duration.ofSeconds(2)), request.cancellation().slept());
    }

    @Test
    void aReadThatHadDescribedAPartAndAWriteStartAgain() throws Exception {
        Connection c = connect();
        model.failWith(NbdError.EIO);
        inWait(c, 1, () -> model.failWith(null));
        assertArrayEquals(new byte[9999], c.read(1, 9999));
        model.failWith(NbdError.EIO);
        inWait(c, 1, () -> model.failWith(null));
        c.write(3, new byte[] {1, 2}, Flags.NONE);
        assertArrayEquals(new byte[] {0, 1, 2, 0}, c.read(2, 4));
    }

    @Test
    void aSmallerDiskFailsWhatLiesBeyondItsEndAndTheClientKeepsTheSize() throws Exception {
        Connection c = connect("retries=1");
        model.failWith(NbdError.EIO);
        inWait(c, 1, () -> {
            model.failWith(null);
            model.with(model.info().with().size(5000).build());
        });
        c.read(0, 5000);
        assertEquals(SIZE, c.device().info().size());
        assertEquals(NbdError.EIO, error(() -> c.read(4999, 2)));
        assertEquals(NbdError.EIO, error(() -> c.status(5000, 1, Flags.NONE)));
        assertEquals(NbdError.EIO, error(() -> c.device().cache(5000, 1)));
        assertEquals(NbdError.ENOSPC, error(() -> c.write(4999, new byte[2], Flags.NONE)));
        assertEquals(NbdError.ENOSPC, error(() -> c.device().zero(5000, 1, Flags.NONE)));
        assertEquals(NbdError.ENOSPC, error(() -> c.device().trim(5000, 1, Flags.NONE)));
    }

    @Test
    void lostCapabilitiesFailTheRequestsThatNeedThem() throws Exception {
        Connection c = connect("retries=1");
        DeviceInfo lesser = DeviceInfo.writable(SIZE).zero(Support.EMULATE).fastZero(false).build();
        model.failWith(NbdError.EIO);
        inWait(c, 1, () -> {
            model.failWith(null);
            model.with(lesser);
        });
        c.read(0, 1);
        assertEquals(NbdError.EIO, error(() -> c.device().flush()));
        assertEquals(NbdError.EIO, error(() -> c.device().trim(0, 1, Flags.NONE)));
        assertEquals(NbdError.EIO, error(() -> c.device().cache(0, 1)));
        assertEquals(NbdError.EIO, error(() -> c.status(0, 1, Flags.NONE)));
        assertEquals(NbdError.EIO, error(() -> c.write(0, new byte[1], Flags.of(Flags.FUA))));
        c.request().cancellation().forgetSleeps();
        assertEquals(NbdError.ENOTSUP, error(() -> c.device().zero(0, 1, Flags.of(Flags.FAST_ZERO))));
        assertEquals(List.of(), waits(c));
        c.device().zero(0, 1, Flags.NONE);
        c.write(0, new byte[1], Flags.NONE);
    }

    @Test
    void aDiskThatCannotBeWrittenAnyMoreIsReadOnly() throws Exception {
        Connection c = connect("retries=1");
        model.failWith(NbdError.EIO);
        inWait(c, 1, () -> {
            model.failWith(null);
            model.with(DeviceInfo.readOnly(SIZE).build());
        });
        c.read(0, 1);
        assertEquals(NbdError.EROFS, error(() -> c.write(0, new byte[1], Flags.NONE)));
        assertEquals(NbdError.EROFS, error(() -> c.device().trim(0, 1, Flags.NONE)));
        assertEquals(NbdError.EROFS, error(() -> c.device().zero(0, 1, Flags.NONE)));
    }

    @Test
    void withReadonlyAFailureMakesTheConnectionReadOnlyForEver() throws Exception {
        Connection c = connect("retry-readonly=yes");
        c.write(0, new byte[] {7}, Flags.NONE);
        model.failWith(NbdError.EIO);
        inWait(c, 1, () -> model.failWith(null));
        assertEquals(NbdError.EROFS, error(() -> c.write(0, new byte[] {8}, Flags.NONE)));
        assertEquals(List.of(2000L), waits(c));
        assertEquals(List.of(false, true), harness.next().requests().stream().map(r -> r.readOnly()).toList());
        assertArrayEquals(new byte[] {7}, c.read(0, 1));
        Connection after = harness.swap().get(0);
        assertEquals(NbdError.EROFS, error(() -> after.device().trim(0, 1, Flags.NONE)));
        assertTrue(after.info().isWritable());
        harness.connect().write(0, new byte[] {9}, Flags.NONE);
    }

    @Test
    void whatAClientWasToldOutlivesASwap() throws Exception {
        DeviceInfo told = model.info().with().blockSizes(new BlockSizes(1, 4096, BlockSizes.UNLIMITED)).rotational(true)
                .zero(Support.EMULATE).build();
        model.with(told);
        Connection c = connect();
        assertEquals(told, c.info());
        model.with(told.with().size(SIZE - 1).trim(false).blockSizes(BlockSizes.NONE).build());
        assertEquals(told, harness.swap(List.of("retries=1")).get(0).info());
        assertEquals(SIZE - 1, harness.connect().info().size());
        assertFalse(Promise.read(Promise.write(model.info())).canTrim());
    }

    @Test
    void aWaitEndsWithTheFailureWhenTheDeviceMustClose() throws Exception {
        Connection c = connect("retry-delay=1000");
        model.failWith(NbdError.ENOSPC);
        inWait(c, 1, () -> c.request().cancellation().cancel("stop"));
        assertEquals(NbdError.ENOSPC, error(() -> c.write(0, new byte[1], Flags.NONE)));
        assertEquals(1, harness.next().requests().size());
    }

    @Test
    void oneRequestAtATimeIsTaken() throws Exception {
        connect();
        assertEquals(ThreadModel.SERIALIZE_REQUESTS, harness.layer().threadModel());
    }

    @Test
    void theLongestWaitDoesNotGrowWithoutBound() {
        Duration wait = Duration.ofSeconds(1);
        Patience patience = new Patience(1, wait, true, false);
        for (int i = 0; i < 200; i++) {
            wait = patience.after(wait);
        }
        assertTrue(wait.compareTo(Duration.ofDays(365)) < 0);
    }

    @Test
    void parametersOutOfRangeAreRefusedWithWhatWouldBeRight() {
        var delay = assertThrows(ConfigException.class, () -> connect("retry-delay=0"));
        assertEquals("retry: retry-delay=0: the wait can't be 0", delay.getMessage());
        var retries = assertThrows(ConfigException.class, () -> connect("retries=-1"));
        assertTrue(retries.getMessage().startsWith("retry: retries=-1: "), retries.getMessage());
    }
}
