package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Peer;
import dev.sluice.api.ReadReply;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.core.chain.NoDevice;
import dev.sluice.core.export.ExportBench;
import dev.sluice.core.handshake.NegotiatedSession;
import dev.sluice.core.handshake.TransmissionFlags;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.protocol.Magic;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.util.ManualPlatform;
import dev.sluice.core.util.RealPlatform;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Requests that are run in place allocate nothing once the JVM has compiled them. The whole way is measured, from the
 * bytes of the request to those of the reply, behind chains of no filter and of five.
 */
class AllocationTest {
    private static final int BLOCK = 4096;
    private static final int REQUESTS_IN_WINDOW = 100_000;
    /** The JVM compiles in the background; on a busy machine that may take long. */
    private static final int MOST_WINDOWS = 600;

    @ParameterizedTest
    @CsvSource({"READ,0", "READ,5", "WRITE,0", "WRITE,5", "FLUSH,0"})
    void aRequestThatIsRunInPlaceAllocatesNothing(String type, int filters) throws Exception {
        int command = switch (type) {
            case "READ" -> Command.READ;
            case "WRITE" -> Command.WRITE;
            default -> Command.FLUSH;
        };
        try (ExportBench bench = new ExportBench(new RealPlatform())) {
            bench.plugin("p", "1", Blocks::new);
            String[] lines = new String[filters + 1];
            for (int i = 0; i < filters; i++) {
                bench.filter("f" + i, "1", Through::new);
                lines[i] = "f" + i;
            }
            lines[filters] = "p";
            bench.active("e", lines);
            ExportBench.Client client = bench.open("e");
            Endless wire = new Endless(command);
            NegotiatedSession session = new NegotiatedSession(client.connection,
                    TransmissionFlags.of(client.connection.info(), false, false, false), false, false, List.of());
            CountDownLatch ended = new CountDownLatch(1);
            // Its time stands still: on a busy machine it would send a follower again and again, and no thread would get through a window.
            Watcher watcher = new Watcher(new ManualPlatform());
            try {
                new Transmission(wire, session, bench.core.services, watcher, new HotSlots(4, 1), "test", 16, 64 << 20, ended::countDown)
                        .run();
                assertTrue(ended.await(10, TimeUnit.MINUTES), "all windows were measured");
            } finally {
                watcher.close();
            }
            assertEquals(0, wire.least / REQUESTS_IN_WINDOW, "bytes for each request, in the best of " + wire.windows + " windows");
        }
    }

    /** Passes everything on. */
    private static final class Through implements NbdFilter {
        @Override
        public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
            return new ForwardingDevice(next.open(request));
        }
    }

    /** A disk whose blocks are all the same. */
    private static final class Blocks implements NbdPlugin {
        @Override
        public NbdDevice open(OpenRequest request) {
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
            return new NoDevice() {
                @Override
                public DeviceInfo info() {
                    return DeviceInfo.readOnly(1 << 20).writable(true).flush(true).build();
                }

                @Override
                public void read(long offset, int length, ReadReply reply) throws IOException {
                    ByteBuffer into = reply.buffer(length);
                    into.put(into.position(), block, 0, length);
                    into.position(into.position() + length);
                }

                @Override
                public void write(long offset, ByteBuffer data, Flags flags) {
                    block.put(0, data, data.position(), data.remaining());
                    data.position(data.limit());
                }

                @Override
                public void flush() {
                    // everything is where it stays
                }
            };
        }
    }

    /** A client that sends the same requests again and again and does not look at the answers, all on the leader's thread. */
    private static final class Endless implements Wire {
        private static final int AT_ONCE = 8;

        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final ByteBuffer requests;
        private long thread = -1;
        private long sent;
        private long windowStart;
        private long allocatedBefore;
        long least = Long.MAX_VALUE;
        int windows;

        Endless(int command) {
            int payload = command == Command.WRITE ? BLOCK : 0;
            requests = ByteBuffer.allocateDirect(AT_ONCE * (28 + payload));
            for (int i = 0; i < AT_ONCE; i++) {
                requests.putInt(Magic.REQUEST).putShort((short) 0).putShort((short) command).putLong(i)
                        .putLong(command == Command.FLUSH ? 0 : (long) i * BLOCK).putInt(command == Command.FLUSH ? 0 : BLOCK);
                requests.position(requests.position() + payload);
            }
            requests.flip();
        }

        @Override
        public int read(ByteBuffer into) {
            long me = Thread.currentThread().getId();
            if (me != thread || sent - windowStart >= REQUESTS_IN_WINDOW) {
                long now = threads.getCurrentThreadAllocatedBytes();
                if (me == thread) {
                    windows++;
                    // the measuring itself allocates nothing
                    least = Math.min(least, now - allocatedBefore);
                }
                thread = me;
                windowStart = sent;
                allocatedBefore = now;
            }
            if (least < REQUESTS_IN_WINDOW || windows == MOST_WINDOWS) {
                return -1;
            }
            int n = Math.min(into.remaining(), requests.remaining());
            into.put(into.position(), requests, requests.position(), n);
            into.position(into.position() + n);
            requests.position(requests.position() + n);
            if (!requests.hasRemaining()) {
                requests.rewind();
                sent += AT_ONCE;
            }
            return n;
        }

        @Override
        public int poll(ByteBuffer into) {
            return 0;
        }

        @Override
        public void whenReadable(Runnable action) {
            new Thread(action, "test-poller").start();
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int count) {
            long sum = 0;
            for (int i = offset; i < offset + count; i++) {
                sum += from[i].remaining();
                from[i].position(from[i].limit());
            }
            return sum;
        }

        @Override
        public long transfer(FileChannel file, long position, long count) {
            return count;
        }

        @Override
        public Peer peer() {
            return Peer.LOCAL;
        }

        @Override
        public void close() {
            // nothing waits
        }
    }
}
