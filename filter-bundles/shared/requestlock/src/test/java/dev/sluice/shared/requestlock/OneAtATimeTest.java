package dev.sluice.shared.requestlock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestContext;
import dev.sluice.api.contract.TestOpenRequest;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.api.util.Reads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OneAtATimeTest {
    private final TestContext context = new TestContext(Path.of("/"));
    private final TestOpenRequest request = new TestOpenRequest(context, "", false, new TestClient(1));
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final ModelDevice model = ModelDevice.of(new byte[4096]);
    private final NbdDevice device = new OneAtATime(new ForwardingDevice(model) {
        @Override
        public void flush() throws IOException {
            inside.countDown();
            await(go);
            super.flush();
        }
    }, request);
    private final ExecutorService pool = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        go.countDown();
        pool.shutdownNow();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(60, TimeUnit.SECONDS), "not reached in time");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Future<?> flush() {
        Future<?> flush = pool.submit(() -> {
            device.flush();
            return null;
        });
        await(inside);
        return flush;
    }

    @Test
    void aCallWaitsForTheOneBefore() throws Exception {
        context.setThreadModel(ThreadModel.SERIALIZE_REQUESTS);
        Future<?> flush = flush();
        Future<?> write = pool.submit(() -> {
            device.write(0, ByteBuffer.wrap(new byte[] {1}), Flags.NONE);
            return null;
        });
        go.countDown();
        flush.get(60, TimeUnit.SECONDS);
        write.get(60, TimeUnit.SECONDS);
        assertTrue(model.takeCalls().get(0).startsWith("flush"));
    }

    @ParameterizedTest
    @EnumSource(names = "SERIALIZE_REQUESTS", mode = EnumSource.Mode.EXCLUDE)
    void inOtherThreadModelsNoCallWaits(ThreadModel other) throws Exception {
        context.setThreadModel(other);
        Future<?> flush = flush();
        Reads.into(device, 0, ByteBuffer.allocateDirect(1));
        go.countDown();
        flush.get(60, TimeUnit.SECONDS);
    }

    @Test
    void aCallThatWaitsEndsWhenItsConnectionMustClose() throws Exception {
        context.setThreadModel(ThreadModel.SERIALIZE_REQUESTS);
        Future<?> flush = flush();
        request.cancellation().cancel("the test says so");
        assertEquals(NbdError.ESHUTDOWN, assertThrows(NbdException.class, () -> device.cache(0, 1)).error());
        go.countDown();
        flush.get(60, TimeUnit.SECONDS);
    }

    @Test
    void aCallThatFailsLetsTheNextOneIn() throws Exception {
        context.setThreadModel(ThreadModel.SERIALIZE_REQUESTS);
        model.failWith(NbdError.EIO);
        assertThrows(NbdException.class, () -> device.trim(0, 1, Flags.NONE));
        assertThrows(NbdException.class, () -> device.zero(0, 1, Flags.NONE));
        model.failWith(null);
        device.trim(0, 1, Flags.NONE);
    }
}
