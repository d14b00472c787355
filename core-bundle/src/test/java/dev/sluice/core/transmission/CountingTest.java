package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.runtime.LayerMetrics;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.api.runtime.RuntimeObserver;
import dev.sluice.api.runtime.SlowRequest;
import dev.sluice.core.export.OpenConnection;
import dev.sluice.core.protocol.Command;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CountingTest {
    private static class Disk implements NbdDevice {
        @Override
        public DeviceInfo info() {
            return DeviceInfo.writable(1 << 20).flush(true).build();
        }

        @Override
        public void read(long offset, int length, ReadReply reply) throws NbdException {
            if (offset != 0) {
                throw new NbdException(NbdError.EIO, "no");
            }
            reply.zeroes(length);
        }

        @Override
        public void write(long offset, ByteBuffer data, Flags flags) {
        }

        @Override
        public void flush() {
        }
    }

    private static OperationMetrics operation(List<OperationMetrics> all, String name) {
        return all.stream().filter(o -> o.operation().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void requestsAreCountedByTypeWithTheirBytesAndErrors() throws Exception {
        try (Session s = Session.simple().around(new Disk())) {
            assertEquals(0, s.simpleReply(s.request(Command.READ, 0, 0, 16)));
            s.wire.receive(16);
            assertEquals(NbdError.EIO.code(), s.simpleReply(s.request(Command.READ, 0, 512, 16)));
            assertEquals(0, s.simpleReply(s.request(Command.FLUSH, 0, 0, 0)));
            assertEquals(NbdError.EINVAL.code(), s.simpleReply(s.request(99, 0, 0, 0)));
            List<OperationMetrics> all = s.export.counters().operations();
            OperationMetrics read = operation(all, "read");
            assertEquals(2, read.requests());
            assertEquals(1, read.errors());
            assertEquals(16, read.bytes());
            assertEquals(2, read.latency().count());
            assertEquals(1, operation(all, "flush").requests());
            assertEquals(1, operation(all, "other").errors());
            assertEquals(0, operation(all, "other").latency().count());
        }
    }

    @Test
    void theSumOfAnExportOutlivesItsConnections() throws Exception {
        Session s = Session.simple().around(new Disk());
        assertEquals(0, s.simpleReply(s.request(Command.FLUSH, 0, 0, 0)));
        OpenConnection connection = s.export.connections().get(0);
        connection.close();
        connection.close();
        assertEquals(1, operation(s.export.counters().operations(), "flush").requests());
        s.close();
    }

    @Test
    void aLayerMeasuresTheFirstAndThenOneInSoManyRequests() throws Exception {
        try (Session s = Session.simple().around(new Disk())) {
            for (int i = 0; i < LayerMetrics.SAMPLED + 1; i++) {
                assertEquals(0, s.simpleReply(s.request(Command.FLUSH, 0, 0, 0)));
            }
            assertEquals(2, s.export.layers().get(0).latency().count());
            assertEquals(LayerMetrics.SAMPLED + 1, s.export.layers().get(0).requests());
        }
    }

    @Test
    void aSlowRequestIsToldWithItsExportAndConnection() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Disk slow = new Disk() {
            @Override
            public void flush() {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
        List<SlowRequest> told = new CopyOnWriteArrayList<>();
        try (Session s = Session.simple().around(slow)) {
            AutoCloseable observer = s.bench.core.services.observers().add(new RuntimeObserver() {
                @Override
                public void slow(SlowRequest request) {
                    told.add(request);
                }
            }, Duration.ofNanos(0));
            // overtaken, so that it is told by a thread that is the leader no more
            long flush = s.request(Command.FLUSH, 0, 0, 0);
            assertEquals(0, s.simpleReply(s.request(Command.READ, 0, 0, 16)));
            s.wire.receive(16);
            go.countDown();
            assertEquals(0, s.simpleReply(flush));
            observer.close();
            assertEquals(List.of("flush", "read"), told.stream().map(SlowRequest::operation).sorted().toList());
            assertTrue(told.stream().allMatch(r -> r.export().equals("e") && r.connection() == 1), told::toString);
            assertEquals(0, s.simpleReply(s.request(Command.FLUSH, 0, 0, 0)));
            assertEquals(2, told.size());
        }
    }
}
