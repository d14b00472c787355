package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ThreadModel;
import dev.sluice.core.export.Export;
import dev.sluice.core.export.ExportBench;
import dev.sluice.core.handshake.NegotiatedSession;
import dev.sluice.core.handshake.TransmissionFlags;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.protocol.Magic;
import dev.sluice.core.protocol.ReplyChunk;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.Platform;
import dev.sluice.core.util.RealPlatform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A connection in its transmission phase around a test's device, and its client. */
final class Session implements AutoCloseable {
    final MemoryWire wire;
    final ExportBench bench;
    final Transmission transmission;
    final Export export;
    private final boolean structured;
    private final boolean extended;
    private final Watcher watcher;
    private final CountDownLatch ended = new CountDownLatch(1);
    private long cookie;

    /** How a session is made. */
    static final class Maker {
        private boolean structured;
        private boolean extended;
        private int room = 80 << 20;
        private int threads = 16;
        private ThreadModel model = ThreadModel.PARALLEL;
        private Platform watching = new RealPlatform();
        private Platform time = new RealPlatform();

        Maker structured() {
            structured = true;
            return this;
        }

        Maker extended() {
            extended = true;
            structured = true;
            return this;
        }

        Maker room(int bytes) {
            room = bytes;
            return this;
        }

        Maker threads(int n) {
            threads = n;
            return this;
        }

        Maker model(ThreadModel m) {
            model = m;
            return this;
        }

        /** The threads and the time of the watcher. */
        Maker watching(Platform platform) {
            watching = platform;
            return this;
        }

        /** The threads and the time of all but the watcher. */
        Maker time(Platform platform) {
            time = platform;
            return this;
        }

        Session around(NbdDevice device) throws Exception {
            return new Session(this, device);
        }
    }

    static Maker simple() {
        return new Maker();
    }

    private Session(Maker m, NbdDevice device) throws Exception {
        bench = new ExportBench(m.time);
        structured = m.structured;
        extended = m.extended;
        wire = new MemoryWire(m.room);
        bench.plugin("p", "1", () -> new NbdPlugin() {
            @Override
            public NbdDevice open(OpenRequest request) {
                return device;
            }

            @Override
            public ThreadModel threadModel() {
                return m.model;
            }
        });
        export = bench.active("e", "p");
        ExportBench.Client client = bench.open("e");
        List<NegotiatedSession.Selected> contexts = structured
                ? List.of(new NegotiatedSession.Selected(1, MetaContext.BASE_ALLOCATION)) : List.of();
        NegotiatedSession session = new NegotiatedSession(client.connection,
                TransmissionFlags.of(client.connection.info(), structured, extended, !contexts.isEmpty()), structured, extended, contexts);
        watcher = new Watcher(m.watching);
        transmission = new Transmission(wire, session, bench.core.services, watcher, new HotSlots(4, 1), "test", m.threads, 128 << 20,
                ended::countDown);
        Background.run(() -> {
            transmission.run();
            return true;
        });
    }

    /** Sends a request; answers its cookie. */
    long request(int type, int flags, long offset, long length, byte... payload) {
        long mine = ++cookie;
        int f = flags | (extended && type == Command.WRITE ? Command.FLAG_PAYLOAD_LEN : 0);
        ByteBuffer b = ByteBuffer.allocate((extended ? 32 : 28) + payload.length);
        b.putInt(extended ? Magic.EXTENDED_REQUEST : Magic.REQUEST).putShort((short) f).putShort((short) type).putLong(mine)
                .putLong(offset);
        if (extended) {
            b.putLong(length);
        } else {
            b.putInt((int) length);
        }
        wire.send(b.put(payload).flip());
        return mine;
    }

    /** Waits for a simple reply to the request with this cookie, and its error. */
    int simpleReply(long expected) throws IOException {
        ByteBuffer b = wire.receive(16);
        assertEquals(Magic.SIMPLE_REPLY, b.getInt(0));
        assertEquals(expected, b.getLong(8));
        return b.getInt(4);
    }

    /** Waits for a simple reply; answers the cookie. */
    long anySimpleReply() throws IOException {
        ByteBuffer b = wire.receive(16);
        assertEquals(Magic.SIMPLE_REPLY, b.getInt(0));
        assertEquals(0, b.getInt(4));
        return b.getLong(8);
    }

    /** One chunk. */
    record Chunk(int type, boolean done, long cookie, ByteBuffer payload) {
        /** Of an error chunk. */
        int error() {
            return payload.getInt(0);
        }
    }

    /** Waits for a chunk. */
    Chunk chunk() throws IOException {
        ByteBuffer b = wire.receive(extended ? 32 : 20);
        assertEquals(extended ? Magic.EXTENDED_REPLY : Magic.STRUCTURED_REPLY, b.getInt(0));
        long length = extended ? b.getLong(24) : Integer.toUnsignedLong(b.getInt(16));
        return new Chunk(Short.toUnsignedInt(b.getShort(6)), (b.getShort(4) & ReplyChunk.FLAG_DONE) != 0, b.getLong(8),
                wire.receive((int) length));
    }

    /** The client goes; waits for the end of the connection and looks for leaks. */
    void disconnect() {
        request(Command.DISC, 0, 0, 0);
        awaitEnd();
    }

    void awaitEnd() {
        Background.await(ended);
        bench.assertNothingLeaked();
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    @Override
    public void close() {
        if (!hasEnded()) {
            disconnect();
        }
        watcher.close();
        bench.close();
    }
}
