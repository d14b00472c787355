package dev.sluice.api.contract;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A disk that is a byte array: what stands behind a filter in tests. It offers everything natively unless told
 * otherwise, reports blocks of 4096 zeroes as holes, writes down its calls, and fails when told to. Safe for use by
 * several threads.
 */
public final class ModelDevice implements NbdDevice {
    /** How long a block is that is reported as one extent, in bytes. */
    public static final int BLOCK = 4096;

    private final ByteBuffer memory;
    private final List<String> calls = new ArrayList<>();
    private final Lease lease = new ModelLease();
    private volatile DeviceInfo info;
    private volatile NbdException failure;
    private volatile boolean leases;
    private volatile Runnable inFlush = () -> { };
    /** How many requests do not fail yet. */
    private final AtomicInteger spared = new AtomicInteger();
    private int leasesHeld;

    private ModelDevice(byte[] contents) {
        memory = ByteBuffer.allocateDirect(contents.length);
        memory.put(0, contents);
        info = DeviceInfo.writable(contents.length)
                .flush(true).trim(true).zero(Support.NATIVE).fastZero(true).fua(Support.NATIVE).cache(Support.NATIVE)
                .extents(true).multiConn(true).build();
    }

    /** With a copy of these bytes. */
    public static ModelDevice of(byte[] contents) {
        return new ModelDevice(contents);
    }

    /** With random bytes and about a third of the blocks zero. */
    public static ModelDevice random(int size, SeededRandom random) {
        byte[] contents = random.bytes(size);
        for (int at = 0; at < size; at += BLOCK) {
            if (random.nextInt(3) == 0) {
                Arrays.fill(contents, at, Math.min(size, at + BLOCK), (byte) 0);
            }
        }
        return new ModelDevice(contents);
    }

    /** Changes size or capabilities for devices that are opened from now on; the size can only become smaller. */
    public ModelDevice with(DeviceInfo changed) {
        if (changed.size() > memory.capacity()) {
            throw new IllegalArgumentException("this model has only " + memory.capacity() + " bytes");
        }
        info = changed;
        return this;
    }

    /** Describe reads by leased memory from now on, instead of filling buffers. */
    public ModelDevice leases(boolean yes) {
        leases = yes;
        return this;
    }

    /** Fails every request from now on, after a read has described half of its bytes; null ends that. */
    public void failWith(NbdError error) {
        spared.set(0);
        failure = error == null ? null : new NbdException(error, "the model was told to fail");
    }

    /** Fails every request from now on, except for the next ones; {@link #failWith} with null ends that. */
    public void failAfter(int requests, NbdError error) {
        failWith(error);
        spared.set(requests);
    }

    /** Does something in every flush from now on, before it succeeds or fails. */
    public void onFlush(Runnable action) {
        inFlush = action;
    }

    /** A copy of all bytes. */
    public byte[] contents() {
        byte[] copy = new byte[memory.capacity()];
        memory.get(0, copy);
        return copy;
    }

    /** The calls since the last time, such as {@code read 0 512}, {@code zero 0 512 fua,may_trim}. */
    public List<String> takeCalls() {
        synchronized (calls) {
            List<String> copy = List.copyOf(calls);
            calls.clear();
            return copy;
        }
    }

    /** References to the model's memory that were taken and not given back. */
    public int leasesHeld() {
        synchronized (calls) {
            return leasesHeld;
        }
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        called("read " + offset + " " + length);
        NbdException fail = failing();
        int described = fail == null ? length : length / 2;
        if (described > 0) {
            if (leases) {
                reply.lease(lease, (int) offset, described);
            } else {
                byte[] bytes = new byte[described];
                memory.get((int) offset, bytes);
                reply.buffer(described).put(bytes);
            }
        }
        check(fail);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        called(("write " + offset + " " + data.remaining() + " " + flags).trim());
        check(failing());
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        memory.put((int) offset, bytes);
    }

    @Override
    public void flush() throws IOException {
        called("flush");
        inFlush.run();
        check(failing());
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        called(("trim " + offset + " " + length + " " + flags).trim());
        check(failing());
        memory.put((int) offset, new byte[(int) length]);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        called(("zero " + offset + " " + length + " " + flags).trim());
        check(failing());
        memory.put((int) offset, new byte[(int) length]);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        called("cache " + offset + " " + length);
        check(failing());
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        called(("status " + offset + " " + length + " " + flags).trim());
        check(failing());
        long at = offset / BLOCK * BLOCK;
        boolean more = true;
        while (more && at < offset + length) {
            long end = Math.min(at + BLOCK, memory.capacity());
            more = sink.extent(at, end - at, isZero((int) at, (int) end) ? MetaContext.HOLE | MetaContext.ZERO : 0);
            at = end;
        }
    }

    private boolean isZero(int from, int to) {
        for (int i = from; i < to; i++) {
            if (memory.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private void called(String call) {
        synchronized (calls) {
            // bounded, for tests that send very many requests and never look
            if (calls.size() < 100_000) {
                calls.add(call);
            }
        }
    }

    /** What this request fails with, or null. */
    private NbdException failing() {
        return failure == null || spared.getAndUpdate(n -> Math.max(0, n - 1)) > 0 ? null : failure;
    }

    private static void check(NbdException failure) throws NbdException {
        if (failure != null) {
            throw failure;
        }
    }

    private final class ModelLease implements Lease {
        @Override
        public ByteBuffer memory() {
            return memory;
        }

        @Override
        public Lease retain() {
            synchronized (calls) {
                leasesHeld++;
            }
            return this;
        }

        @Override
        public void close() {
            synchronized (calls) {
                leasesHeld--;
            }
        }
    }
}
