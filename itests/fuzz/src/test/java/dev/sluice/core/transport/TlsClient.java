package dev.sluice.core.transport;

import dev.sluice.api.Peer;
import dev.sluice.fuzz.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** The wire below TLS with its client at the other end: whenever the server waits for bytes, the client does what it has to. */
final class TlsClient implements Wire {
    private static final int LARGEST = 64 << 10;
    private final SSLEngine engine;
    private byte[] toServer = new byte[0];
    private int taken;
    private final ByteBuffer toClient = ByteBuffer.allocate(1 << 20);
    private final ArrayDeque<Byte> expected = new ArrayDeque<>();
    private int piece = LARGEST;
    private int reads;
    private int count;
    private int clear;
    private boolean leaving;
    private boolean tampered;
    private boolean closed;

    /** Says these bytes and nothing else. */
    TlsClient(byte[] said) {
        engine = null;
        toServer = said;
    }

    TlsClient(SSLEngine engine) {
        this.engine = engine;
    }

    int reads() {
        return reads;
    }

    void piece(int bytes) {
        piece = bytes;
    }

    /** Application data of this length. */
    void send(int n) throws SSLException {
        if (leaving) {
            return;
        }
        byte[] data = new byte[n];
        for (int i = 0; i < n; i++) {
            data[i] = (byte) count++;
            expected.add(data[i]);
        }
        ByteBuffer from = ByteBuffer.wrap(data);
        shakeHands();
        while (from.hasRemaining()) {
            int before = from.remaining();
            wrap(from);
            Check.that(from.remaining() < before, () -> "the client can't send in " + engine.getHandshakeStatus());
        }
    }

    private void wrap(ByteBuffer from) throws SSLException {
        ByteBuffer record = ByteBuffer.allocate(LARGEST);
        SSLEngineResult result = engine.wrap(from, record);
        Check.that(result.getStatus() == SSLEngineResult.Status.OK || result.getStatus() == SSLEngineResult.Status.CLOSED,
                () -> "the client can't send: " + result);
        append(Arrays.copyOf(record.array(), record.position()));
    }

    private void append(byte[] bytes) {
        byte[] all = Arrays.copyOfRange(toServer, taken, toServer.length + bytes.length);
        System.arraycopy(bytes, 0, all, toServer.length - taken, bytes.length);
        toServer = all;
        taken = 0;
    }

    /** Changes a byte that has not been read; false if there is none. */
    boolean change(int detail) {
        if (taken == toServer.length) {
            return false;
        }
        tampered = true;
        toServer[taken + detail * 7 % (toServer.length - taken)] ^= (byte) (1 + (detail & 0x7f));
        return true;
    }

    /** Bytes that are no record, or look like one. */
    void inject(int size, int detail) {
        tampered = true;
        byte[] bytes = new byte[5 + size];
        Arrays.fill(bytes, (byte) detail);
        if ((detail & 1) == 0) {
            System.arraycopy(new byte[] {(byte) (20 + detail % 5), 3, 3, 0, (byte) size}, 0, bytes, 0, 5);
        }
        append(bytes);
    }

    void farewell() throws SSLException {
        if (!leaving) {
            leaving = true;
            engine.closeOutbound();
            while (!engine.isOutboundDone()) {
                wrap(ByteBuffer.allocate(0));
            }
        }
    }

    /** Whether something was changed or made up; from then on anything may be wrong. */
    boolean isTampered() {
        return tampered;
    }

    boolean isLeaving() {
        return leaving;
    }

    boolean hasBytes() {
        return taken < toServer.length;
    }

    /** Sent and not received yet, in plain text. */
    int unread() {
        return expected.size();
    }

    void received(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            Check.that(!expected.isEmpty() && expected.remove() == bytes.get(), () -> "a byte that was not sent");
        }
    }

    /** Takes what the server has sent; answers how many bytes of data that were, which are all the same. */
    int heard(int value) throws SSLException {
        ByteBuffer plain = ByteBuffer.allocate(LARGEST);
        toClient.flip();
        int sum = 0;
        while (toClient.hasRemaining() && !engine.isInboundDone()) {
            SSLEngineResult result = engine.unwrap(toClient, plain.clear());
            if (result.getStatus() != SSLEngineResult.Status.OK) {
                break;
            }
            for (int i = 0; i < plain.position(); i++) {
                Check.that(plain.get(i) == (byte) value, () -> "a byte that the server did not send");
            }
            sum += plain.position();
        }
        toClient.compact();
        return sum;
    }

    /** The client's part of the handshake, as far as it can go. */
    private void shakeHands() throws SSLException {
        if (clear == 0) {
            engine.beginHandshake();
            clear = 1;
        }
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            switch (status) {
                case NEED_WRAP -> wrap(ByteBuffer.allocate(0));
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    toClient.flip();
                    SSLEngineResult result = engine.unwrap(toClient, ByteBuffer.allocate(LARGEST));
                    toClient.compact();
                    if (result.getStatus() != SSLEngineResult.Status.OK) {
                        return;
                    }
                }
                default -> {
                    return;
                }
            }
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        reads++;
        if (engine != null && taken == toServer.length) {
            shakeHands();
        }
        return take(into, -1);
    }

    @Override
    public int poll(ByteBuffer into) throws IOException {
        return take(into, engine == null ? -1 : 0);
    }

    private int take(ByteBuffer into, int nothing) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        int n = Math.min(Math.min(piece, into.remaining()), toServer.length - taken);
        if (n == 0) {
            return nothing;
        }
        into.put(toServer, taken, n);
        taken += n;
        return n;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int number) {
        long sum = 0;
        for (int i = offset; i < offset + number; i++) {
            sum += from[i].remaining();
            if (engine == null) {
                from[i].position(from[i].limit());
            } else {
                toClient.put(from[i]);
            }
        }
        return sum;
    }

    @Override
    public void whenReadable(Runnable action) {
        throw new AssertionError("nobody waits here");
    }

    @Override
    public long transfer(FileChannel file, long position, long length) {
        throw new AssertionError("there are no files here");
    }

    @Override
    public Peer peer() {
        return Peer.LOCAL;
    }

    @Override
    public void close() {
        closed = true;
    }
}
