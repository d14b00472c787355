package dev.sluice.filter.retryrequest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.RecordingSink;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import dev.sluice.shared.devices.ResumingSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class RetryRequestTest {
    private final byte[] bytes = new byte[10000];
    private final ModelDevice model = ModelDevice.of(bytes);

    private LayerHarness start(String... words) throws Exception {
        return LayerHarness.filter(RetryRequestFilter::new, "retry-request", List.of(words), Path.of("/"), model).start();
    }

    private List<Executable> requests(Connection c) {
        return List.of(() -> c.read(0, 1), () -> c.write(0, new byte[1], Flags.NONE), () -> c.device().flush(),
                () -> c.device().trim(0, 1, Flags.NONE), () -> c.device().zero(0, 1, Flags.NONE),
                () -> c.device().cache(0, 1), () -> c.status(0, 1, Flags.NONE));
    }

    /** The model works again in the n-th wait. */
    private void healIn(Connection c, int n) {
        AtomicInteger waits = new AtomicInteger();
        c.request().cancellation().inSleep(() -> {
            if (waits.incrementAndGet() == n) {
                model.failWith(null);
            }
        });
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

    @Test
    void everyKindOfRequestIsTriedAgainTwiceByDefault() throws Exception {
        Connection c = start().connect();
        for (Executable request : requests(c)) {
            model.failWith(NbdError.EIO);
            healIn(c, 2);
            run(request);
            assertEquals(List.of(Duration.ofSeconds(2), Duration.ofSeconds(2)), c.request().cancellation().slept());
            assertEquals(3, model.takeCalls().size());
            c.request().cancellation().forgetSleeps();
        }
    }

    @Test
    void theLastFailureIsTheClientsWhenAllAttemptsAreMade() throws Exception {
        Connection c = start("retry-request-retries=3", "retry-request-delay=10ms").connect();
        model.failWith(NbdError.ENOMEM);
        for (Executable request : requests(c)) {
            var e = assertThrows(NbdException.class, request);
            assertEquals(NbdError.ENOMEM, e.error());
            assertEquals(4, model.takeCalls().size());
        }
        assertEquals(7 * 3, c.request().cancellation().slept().size());
    }

    @Test
    void withoutRetriesTheFirstFailureCounts() throws Exception {
        Connection c = start("retry-request-retries=0").connect();
        model.failWith(NbdError.EIO);
        assertThrows(NbdException.class, () -> c.read(0, 1));
        assertEquals(List.of("read 0 1"), model.takeCalls());
    }

    @Test
    void aReadThatHadDescribedAPartStartsAgain() throws Exception {
        Connection c = start().connect();
        model.failWith(NbdError.EIO);
        healIn(c, 1);
        assertArrayEquals(new byte[9999], c.read(1, 9999));
    }

    @Test
    void aWriteComesWholeWithEveryAttempt() throws Exception {
        Connection c = start().connect();
        model.failWith(NbdError.EIO);
        healIn(c, 2);
        c.write(5, new byte[] {1, 2, 3}, Flags.of(Flags.FUA));
        assertEquals(List.of("write 5 3 fua", "write 5 3 fua", "write 5 3 fua"), model.takeCalls());
        assertArrayEquals(new byte[] {0, 1, 2, 3, 0}, c.read(4, 5));
    }

    @Test
    void anAnswerThatAFastZeroCannotBeFastIsNoFailure() throws Exception {
        Connection c = start().connect();
        model.failWith(NbdError.ENOTSUP);
        var e = assertThrows(NbdException.class, () -> c.device().zero(0, 1, Flags.of(Flags.FAST_ZERO)));
        assertEquals(NbdError.ENOTSUP, e.error());
        assertEquals(List.of(), c.request().cancellation().slept());
    }

    @Test
    void extentsOfAnAttemptThatFailedAreNotRepeated() throws Exception {
        RecordingSink sink = new RecordingSink(10, 9000, 10000, false);
        ResumingSink resuming = new ResumingSink(sink, 10);
        resuming.extent(0, 4096, 0);
        resuming.extent(4096, 100, MetaContext.HOLE);
        resuming.extent(0, 4096, 0);
        resuming.extent(4096, 4096, MetaContext.HOLE);
        resuming.extent(8192, Long.MAX_VALUE, 0);
        sink.assertCovered();
        assertEquals(List.of(new RecordingSink.Extent(10, 4086, 0), new RecordingSink.Extent(4096, 4096, MetaContext.HOLE)),
                sink.extents().subList(0, 2));
    }

    @Test
    void anOpenIsTriedAgain() throws Exception {
        LayerHarness h = start("retry-request-delay=1");
        TestOpenRequest request = new TestOpenRequest(h.context(), "", false, new TestClient(1));
        h.next().refuseWith(NbdError.EIO);
        request.cancellation().inSleep(() -> h.next().refuseWith(null));
        h.connect(request).read(0, 1);
        assertEquals(2, h.next().requests().size());
    }

    @Test
    void anOpenIsNotTriedAgainIfSaidSo() throws Exception {
        LayerHarness h = start("retry-request-open=false");
        h.next().refuseWith(NbdError.EIO);
        assertThrows(NbdException.class, h::connect);
        assertEquals(1, h.next().requests().size());
    }

    @Test
    void aWaitEndsWithTheFailureWhenTheDeviceMustClose() throws Exception {
        Connection c = start("retry-request-delay=1000").connect();
        model.failWith(NbdError.ENOSPC);
        c.request().cancellation().inSleep(() -> c.request().cancellation().cancel("stop"));
        var e = assertThrows(NbdException.class, () -> c.write(0, new byte[1], Flags.NONE));
        assertEquals(NbdError.ENOSPC, e.error());
        assertEquals(1, c.request().cancellation().slept().size());
        var again = assertThrows(NbdException.class, () -> c.read(0, 1));
        assertEquals(NbdError.ENOSPC, again.error());
    }

    @Test
    void parametersOutOfRangeAreRefusedWithWhatWouldBeRight() {
        var delay = assertThrows(ConfigException.class, () -> start("retry-request-delay=0ms"));
        assertEquals("retry-request: retry-request-delay=0ms: the wait can't be 0", delay.getMessage());
        for (String n : List.of("-1", "1001")) {
            var e = assertThrows(ConfigException.class, () -> start("retry-request-retries=" + n));
            assertEquals(true, e.getMessage().startsWith("retry-request: retry-request-retries=" + n + ": "), e.getMessage());
        }
    }
}
