package dev.sluice.core.transport;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import dev.sluice.core.util.RealPlatform;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PollerTest {
    private static final int ROUNDS = 10_000;

    @TempDir
    Path directory;

    /** Much longer than the waits below: a selection that waits in vain fails the test. */
    private final Poller poller = new Poller(new RealPlatform(), Duration.ofMinutes(10));

    @Test
    void aConnectionThatParksWhileTheOnlyOtherIsWokenIsWokenToo() throws Exception {
        try (Pair first = new Pair("first"); Pair second = new Pair("second")) {
            CyclicBarrier start = new CyclicBarrier(2);
            Background<Boolean> writer = Background.run(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    start.await(ManualPlatform.BOUND, TimeUnit.SECONDS);
                    first.wake();
                }
                return true;
            });
            for (int i = 0; i < ROUNDS; i++) {
                CountDownLatch firstWoken = first.park();
                start.await(ManualPlatform.BOUND, TimeUnit.SECONDS);
                // from now on nothing happens but that the first is woken and the second parks
                CountDownLatch secondWoken = second.park();
                second.wake();
                assertTrue(secondWoken.await(ManualPlatform.BOUND, TimeUnit.SECONDS), "not woken in round " + i);
                assertTrue(firstWoken.await(ManualPlatform.BOUND, TimeUnit.SECONDS), "the first not woken in round " + i);
                first.drain();
                second.drain();
            }
            assertTrue(writer.result());
        }
        poller.close();
    }

    /** Whoever waits first may be overtaken by who waits next before it has noted where it waits. */
    @Test
    void aConnectionThatIsClosedWakesWhoeverWaitsForItLast() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("closed"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            for (int i = 0; i < ROUNDS; i++) {
                try (SocketChannel client = SocketChannel.open(address)) {
                    SocketWire wire = new SocketWire(server.accept(), poller, new RealPlatform());
                    CountDownLatch first = new CountDownLatch(1);
                    CountDownLatch last = new CountDownLatch(1);
                    client.write(ByteBuffer.allocate(1));
                    wire.whenReadable(() -> {
                        try {
                            wire.poll(ByteBuffer.allocate(1));
                            wire.whenReadable(last::countDown);
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                        first.countDown();
                    });
                    assertTrue(first.await(ManualPlatform.BOUND, TimeUnit.SECONDS));
                    wire.close();
                    assertTrue(last.await(ManualPlatform.BOUND, TimeUnit.SECONDS), "not woken in round " + i);
                }
            }
        }
        poller.close();
    }

    /** Both ends of a connection. */
    private final class Pair implements AutoCloseable {
        private final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        private final SocketChannel client;
        private final SocketChannel accepted;

        Pair(String name) throws IOException {
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve(name));
            server.bind(address);
            client = SocketChannel.open(address);
            accepted = server.accept();
        }

        CountDownLatch park() throws IOException {
            CountDownLatch woken = new CountDownLatch(1);
            poller.park(new Poller.Parked(accepted, woken::countDown));
            return woken;
        }

        void wake() throws IOException {
            client.write(ByteBuffer.allocate(1));
        }

        void drain() throws IOException {
            accepted.read(ByteBuffer.allocate(1));
        }

        @Override
        public void close() throws IOException {
            client.close();
            accepted.close();
            server.close();
        }
    }
}
