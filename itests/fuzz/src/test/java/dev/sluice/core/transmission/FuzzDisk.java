package dev.sluice.core.transmission;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import dev.sluice.fuzz.Check;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** A small disk in one of several kinds, whose last bytes can't be read or written. */
final class FuzzDisk implements NbdDevice {
    /** An odd number, so that the last block is none. */
    static final int SIZE = 20_007;
    /** From here on reads and writes fail. */
    static final int BROKEN = 19_000;
    static final MetaContext OTHER = new MetaContext("x-a:1");
    private static final int BLOCK = 512;
    private static final byte[] ZEROES = new byte[SIZE];

    /** What the disk can do. */
    enum Ability {
        /** Everything itself. */
        ALL,
        /** To be read. */
        READ_ONLY,
        /** Reads and writes; the rest is the core's. */
        PLAIN
    }

    private final Ability ability;
    private final byte[] bytes = new byte[SIZE];
    private OpenRequest services;

    FuzzDisk(Ability ability) {
        this.ability = ability;
    }

    /** As it is before each input. */
    void clear() {
        Arrays.fill(bytes, (byte) 0);
    }

    byte[] bytes() {
        return bytes;
    }

    /** As what a plugin opens. */
    NbdDevice opened(OpenRequest request) {
        services = request;
        return this;
    }

    @Override
    public DeviceInfo info() {
        return switch (ability) {
            case READ_ONLY -> DeviceInfo.readOnly(SIZE).cache(Support.EMULATE).build();
            case PLAIN -> DeviceInfo.writable(SIZE).flush(true).cache(Support.EMULATE).build();
            case ALL -> DeviceInfo.writable(SIZE).flush(true).trim(true).zero(Support.NATIVE).fastZero(true).fua(Support.NATIVE)
                    .cache(Support.NATIVE).extents(true).multiConn(true).build();
        };
    }

    private static void check(long offset, long length) throws NbdException {
        Check.that(offset >= 0 && length > 0 && length <= SIZE - offset, () -> "a call for " + length + " bytes at " + offset);
        if (offset + length > BROKEN) {
            throw new NbdException(NbdError.EIO, "this part of the disk is broken");
        }
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws NbdException {
        int at = (int) offset;
        int end = at + length;
        while (at < end) {
            int next = Math.min(end, (at / BLOCK + 1) * BLOCK);
            int n = next - at;
            // in any of the ways that there are, told by the place
            if (isZero(bytes, at, next) && at / BLOCK % 3 != 0) {
                reply.zeroes(n);
            } else if (at / BLOCK % 5 == 4) {
                try (Lease lease = services.buffers().lease(BLOCK)) {
                    lease.memory().put(0, bytes, at, n);
                    reply.lease(lease, 0, n);
                }
            } else {
                ByteBuffer into = reply.buffer(n);
                into.put(bytes, at, n);
            }
            at = next;
        }
        check(offset, length);
    }

    /** Whether there are zeroes only in a part of a disk. */
    static boolean isZero(byte[] disk, int from, int to) {
        return Arrays.mismatch(disk, from, to, ZEROES, 0, to - from) < 0;
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws NbdException {
        check(offset, data.remaining());
        data.get(bytes, (int) offset, data.remaining());
    }

    @Override
    public void flush() {
        // what is in memory is as safe as it will ever be
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws NbdException {
        zero(offset, length, flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws NbdException {
        check(offset, length);
        if (flags.fastZero() && length > 2 * BLOCK) {
            throw new NbdException(NbdError.ENOTSUP, "that would take a while");
        }
        Arrays.fill(bytes, (int) offset, (int) (offset + length), (byte) 0);
    }

    @Override
    public void cache(long offset, long length) throws NbdException {
        check(offset, length);
    }

    @Override
    public List<MetaContext> contexts() {
        return List.of(OTHER);
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws NbdException {
        boolean more = true;
        for (long at = offset; more && at < offset + length;) {
            int next = (int) Math.min(SIZE, (at / BLOCK + 1) * BLOCK);
            boolean base = context.equals(MetaContext.BASE_ALLOCATION);
            more = sink.extent(at, next - at, base ? isZero(bytes, (int) at, next) ? MetaContext.HOLE | MetaContext.ZERO : 0 : at / BLOCK);
            at = next;
        }
    }
}
