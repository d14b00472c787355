package dev.sluice.core.transport;

import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.PooledBuffer;
import dev.sluice.core.util.Monitor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLProtocolException;

/**
 * The way in of a {@link TlsWire}: many records with one read of the network, decrypted straight into the reader's buffer
 * where a whole record fits.
 *
 * <p>What comes from the network lies in direct memory of the pool; each record is copied into an array before it is
 * decrypted, because the JDK's AES-GCM works in place on arrays and allocates and copies for direct memory. The array is
 * small enough to stay in the processor's cache, so the copy costs little. While nothing is there to be read the
 * connection keeps neither.
 */
final class TlsInput {
    /** The largest record of TLS 1.2 (RFC 5246, 6.2.3), rounded up; those of TLS 1.3 are smaller. */
    static final int RECORD = 18 << 10 | 512;
    private static final int NETWORK = 128 << 10;
    private static final int HEADER = 5;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Wire inner;
    private final SSLEngine engine;
    private final BufferPool pool;
    /** Taken by whoever reads; only a close ever meets somebody there. */
    private final Monitor reading;

    // all guarded by reading
    private PooledBuffer lease;
    /** Encrypted, from position to limit; null without a lease. */
    private ByteBuffer network;
    /** One record; null while parked. */
    private ByteBuffer record;
    /** Decrypted and not yet taken, from position to limit. */
    private ByteBuffer plain = NOTHING;
    /** The beginning of a record, while parked. */
    private ByteBuffer begun = NOTHING;
    private boolean established;
    private boolean ended;
    private boolean released;

    TlsInput(Wire inner, SSLEngine engine, BufferPool pool, Monitor reading) {
        this.inner = inner;
        this.engine = engine;
        this.pool = pool;
        this.reading = reading;
    }

    /** Takes one record of the handshake. */
    void handshake() throws IOException {
        reading.lock();
        try {
            prepare();
            if (ended || recordLength() == 0 && !fill(true)) {
                throw new EOFException("the client has gone during the TLS handshake");
            }
            if (recordLength() > 0) {
                decrypt(spare());
                if (plain.hasRemaining()) {
                    throw new SSLProtocolException("data before the TLS handshake has ended");
                }
            }
        } finally {
            reading.unlock();
        }
    }

    /** The handshake is over: from now on one that begins is a renegotiation. */
    void established() {
        reading.lock();
        try {
            established = true;
        } finally {
            reading.unlock();
        }
    }

    /** As {@link Wire#read} and {@link Wire#poll}. */
    int read(ByteBuffer into, boolean wait) throws IOException {
        reading.lock();
        try {
            int before = into.position();
            copyPlain(into);
            while (into.hasRemaining() && !ended) {
                prepare();
                int length = recordLength();
                if (length > 0 && into.remaining() >= length) {
                    decrypt(into);
                } else if (into.position() > before) {
                    // The next record does not fit or is not there: what was read so far is enough.
                    break;
                } else if (length > 0) {
                    decrypt(spare());
                    copyPlain(into);
                } else if (!fill(wait)) {
                    if (!wait && !ended) {
                        return 0;
                    }
                    break;
                }
            }
            int n = into.position() - before;
            return n == 0 && ended ? -1 : n;
        } finally {
            reading.unlock();
        }
    }

    private void copyPlain(ByteBuffer into) {
        int n = Math.min(plain.remaining(), into.remaining());
        into.put(into.position(), plain, plain.position(), n);
        into.position(into.position() + n);
        plain.position(plain.position() + n);
    }

    /** Room for a record that the reader has no room for. All of it was taken, so it may be overwritten. */
    private ByteBuffer spare() {
        if (plain == NOTHING) {
            plain = ByteBuffer.allocate(record.capacity());
        }
        return plain.clear();
    }

    private void prepare() throws IOException {
        if (released) {
            throw new IOException("the connection is closed");
        }
        if (lease == null) {
            lease = pool.lease(NETWORK);
            network = lease.whole().clear().put(begun).flip();
            begun = NOTHING;
        }
        if (record == null) {
            record = ByteBuffer.allocate(Math.max(RECORD, engine.getSession().getPacketBufferSize()));
        }
    }

    /**
     * Bytes of the first record, if all of it is there; 0 if more has to be read. What does not look like a record counts
     * as one as well: the engine says what is wrong with it, and which alert the client gets.
     */
    private int recordLength() {
        if (network.remaining() < HEADER) {
            return 0;
        }
        int at = network.position();
        int length = HEADER + Short.toUnsignedInt(network.getShort(at + 3));
        boolean plausible = network.get(at) >= 20 && network.get(at) <= 23 && network.get(at + 1) == 3 && length <= record.capacity();
        if (!plausible) {
            return Math.min(network.remaining(), record.capacity());
        }
        return network.remaining() >= length ? length : 0;
    }

    /** Reads from the network; false if nothing came, at the end or because it may not wait. */
    private boolean fill(boolean wait) throws IOException {
        if (network.hasRemaining()) {
            network.compact();
        } else {
            network.clear();
        }
        int n;
        try {
            n = wait ? inner.read(network) : inner.poll(network);
        } finally {
            network.flip();
        }
        if (n < 0) {
            // An end without a close_notify could be an attacker's: here it only means that no request follows, and a
            // request that was cut off is not run.
            ended = true;
        }
        return n > 0;
    }

    /** Decrypts the first record; into {@link #plain} if that is where it goes. */
    private void decrypt(ByteBuffer into) throws IOException {
        boolean spare = into == plain;
        int length = recordLength();
        record.clear().limit(length);
        record.put(0, network, network.position(), length);
        SSLEngineResult result;
        try {
            result = engine.unwrap(record, into);
        } finally {
            if (spare) {
                into.flip();
            }
        }
        network.position(network.position() + result.bytesConsumed());
        switch (result.getStatus()) {
            case OK -> { }
            case CLOSED -> ended = true;
            case BUFFER_UNDERFLOW -> throw new SSLProtocolException("the client sent something that is no TLS record");
            default -> throw new SSLException("the client sent a TLS record of more than " + record.capacity() + " bytes");
        }
        if (established && isHandshake(result.getHandshakeStatus())) {
            // TLS 1.2 lets a client negotiate anew in the middle of everything: many an attack began so, no NBD client
            // needs it, and the identity that an export was opened for must not change under it.
            throw new SSLProtocolException("the client wants to renegotiate, which is not possible here");
        }
    }

    private static boolean isHandshake(SSLEngineResult.HandshakeStatus status) {
        return status == SSLEngineResult.HandshakeStatus.NEED_TASK || status == SSLEngineResult.HandshakeStatus.NEED_UNWRAP
                || status == SSLEngineResult.HandshakeStatus.NEED_UNWRAP_AGAIN;
    }

    /**
     * Whether there is something to read without the network, or the end. If not, the buffers that are empty go.
     *
     * @throws IOException the wire is closed
     */
    boolean park() throws IOException {
        reading.lock();
        try {
            if (released) {
                throw new IOException("the connection is closed");
            }
            if (plain.hasRemaining() || ended || network != null && recordLength() > 0) {
                return true;
            }
            if (network != null && network.hasRemaining()) {
                // Memory of the pool is for connections that move data: those that begin a record and stop must not hold it.
                begun = ByteBuffer.allocate(network.remaining()).put(network).flip();
            }
            giveBack();
            record = null;
            plain = NOTHING;
            return false;
        } finally {
            reading.unlock();
        }
    }

    private void giveBack() {
        if (lease != null) {
            lease.close();
            lease = null;
            network = null;
        }
    }

    /** The wire is closed: the memory goes as soon as nobody reads. */
    void release() {
        if (!reading.tryLock()) {
            return;
        }
        try {
            released = true;
            giveBack();
        } finally {
            reading.unlock();
        }
    }
}
