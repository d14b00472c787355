package dev.sluice.filter.multiconn;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connection with a cache of its own, as cruel as the protocol allows: writes stay in it and reads are answered from it
 * until it is flushed. Fails when it gets two requests at once.
 */
final class CachingDevice implements NbdDevice {
    private final byte[] disk;
    private final Map<Integer, Byte> cached = new HashMap<>();
    private final Map<Integer, Byte> written = new HashMap<>();
    private final AtomicInteger inside = new AtomicInteger();
    private volatile NbdError failure;
    private volatile int flushes;
    private volatile CountDownLatch hold;
    private final CountDownLatch held = new CountDownLatch(1);

    CachingDevice(byte[] disk) {
        this.disk = disk;
    }

    @Override
    public DeviceInfo info() {
        return DeviceInfo.writable(disk.length).flush(true).trim(true).build();
    }

    /** Every flush fails from now on; null ends that. */
    void failWith(NbdError error) {
        failure = error;
    }

    /** The next flush stays inside until the latch is at zero. */
    void holdFlush(CountDownLatch until) {
        hold = until;
    }

    /** Waits until a flush is held. */
    void awaitHeld() throws InterruptedException {
        if (!held.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError("no flush came");
        }
    }

    /** How often it was flushed since the last time. */
    int takeFlushes() {
        int count = flushes;
        flushes = 0;
        return count;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        enter();
        try {
            ByteBuffer out = reply.buffer(length);
            for (int at = (int) offset; at < offset + length; at++) {
                Byte own = cached.get(at);
                if (own == null) {
                    synchronized (disk) {
                        own = disk[at];
                    }
                    cached.put(at, own);
                }
                out.put(own);
            }
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        enter();
        try {
            for (int at = (int) offset; data.hasRemaining(); at++) {
                byte b = data.get();
                cached.put(at, b);
                written.put(at, b);
            }
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) {
        // may do nothing
    }

    @Override
    public void flush() throws IOException {
        enter();
        try {
            flushes++;
            CountDownLatch until = hold;
            if (until != null) {
                hold = null;
                held.countDown();
                until.await(60, TimeUnit.SECONDS);
            }
            if (failure != null) {
                throw new NbdException(failure, "the flush was told to fail");
            }
            synchronized (disk) {
                written.forEach((at, b) -> disk[at] = b);
            }
            written.clear();
            cached.clear();
        } catch (InterruptedException e) {
            throw new NbdException(NbdError.EIO, "interrupted", e);
        } finally {
            inside.decrementAndGet();
        }
    }

    private void enter() throws NbdException {
        if (inside.incrementAndGet() != 1) {
            inside.decrementAndGet();
            throw new NbdException(NbdError.ENOMEM, "two requests at once");
        }
    }
}
