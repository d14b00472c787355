package dev.sluice.chains;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/**
 * The disk below a chain: what it holds, what of that a loss of power would leave, and faults that can be switched on.
 * It outlives the layers and devices that use it. Safe for use by several threads.
 */
final class Hardware {
    /** Blocks of zeroes of this length are holes. */
    static final int BLOCK = 4096;
    /** Of the partition table, in bytes. */
    static final int SECTOR = 512;
    /** Where the partition starts, in bytes. */
    static final int PARTITION = 2 * SECTOR;

    private final Random random;
    private final byte[] initial;
    private final byte[] bytes;
    private final byte[] stable;
    private final DeviceInfo info;
    private final boolean trimZeroes;
    private final boolean slowZero;
    private boolean faulty;

    private Hardware(Random random, byte[] initial, DeviceInfo info) {
        this.random = random;
        this.initial = initial;
        this.bytes = initial.clone();
        this.stable = initial.clone();
        this.info = info;
        this.trimZeroes = random.nextBoolean();
        this.slowZero = random.nextInt(4) == 0;
    }

    /** Of a random size, with random contents and capabilities. */
    static Hardware random(Random random) {
        int minimum = random.nextInt(5) == 0 ? 512 : 1;
        int size = minimum > 1 ? minimum * (1 + random.nextInt(200)) : switch (random.nextInt(8)) {
            case 0 -> 1 + random.nextInt(600);
            case 1 -> 65536;
            default -> 1 + random.nextInt(150_000);
        };
        byte[] contents = new byte[size];
        random.nextBytes(contents);
        for (int at = 0; at < size; at += BLOCK) {
            if (random.nextInt(3) == 0) {
                Arrays.fill(contents, at, Math.min(size, at + BLOCK), (byte) 0);
            }
        }
        if (partitionSectors(size) > 0) {
            writeTable(contents);
        }
        DeviceInfo.Builder b = DeviceInfo.writable(size).flush(random.nextInt(5) > 0).trim(random.nextInt(4) > 0);
        switch (random.nextInt(3)) {
            case 0 -> b.zero(Support.EMULATE);
            case 1 -> b.zero(Support.NATIVE);
            default -> b.zero(Support.NATIVE).fastZero(true);
        }
        if (random.nextBoolean()) {
            b.fua(Support.NATIVE);
        }
        b.cache(Support.values()[random.nextInt(3)]).extents(random.nextInt(3) > 0).multiConn(random.nextInt(4) > 0);
        if (minimum > 1) {
            b.blockSizes(new BlockSizes(minimum, 4096, 32 << 20));
        }
        return new Hardware(random, contents, b.build());
    }

    /** How large the partition of a disk of this size is; 0: there is none. */
    static int partitionSectors(int size) {
        return Math.max(0, size / SECTOR - 4);
    }

    /** An MBR with one primary partition. */
    private static void writeTable(byte[] contents) {
        ByteBuffer table = ByteBuffer.wrap(contents, 446, 66).slice().order(ByteOrder.LITTLE_ENDIAN);
        table.put(new byte[66]);
        table.put(4, (byte) 0x83);
        table.putInt(8, PARTITION / SECTOR);
        table.putInt(12, partitionSectors(contents.length));
        table.put(64, (byte) 0x55).put(65, (byte) 0xaa);
    }

    DeviceInfo info() {
        return info;
    }

    int minimum() {
        return Math.max(1, info.blockSizes().minimum());
    }

    /** What it held at first. */
    byte[] initial() {
        return initial.clone();
    }

    /** What it holds. */
    synchronized byte[] contents() {
        return bytes.clone();
    }

    /** What a loss of power would leave. */
    synchronized byte[] stable() {
        return stable.clone();
    }

    /** From now on about every third request fails, some of them halfway. */
    synchronized void faulty(boolean yes) {
        faulty = yes;
    }

    private int before(String what, long offset, long length) throws NbdException {
        if (offset < 0 || length < 1 || offset + length > bytes.length) {
            throw new AssertionError(what + " " + offset + "+" + length + " is outside of the disk of " + bytes.length);
        }
        if (offset % minimum() != 0 || length % minimum() != 0) {
            throw new NbdException(NbdError.EINVAL, what + " " + offset + "+" + length + " is not aligned to " + minimum());
        }
        if (!faulty || random.nextInt(3) > 0) {
            return (int) length;
        }
        return random.nextBoolean() ? 0 : (int) (length / 2 / minimum() * minimum());
    }

    private static void after(int done, long length) throws NbdException {
        if (done < length) {
            throw new NbdException(NbdError.EIO, "the hardware is broken");
        }
    }

    /** The bytes of a range, or fewer, which is a fault. */
    synchronized byte[] read(long offset, int length) throws NbdException {
        int done = before("read", offset, length);
        return Arrays.copyOfRange(bytes, (int) offset, (int) offset + done);
    }

    synchronized void write(long offset, byte[] data, boolean fua) throws NbdException {
        int done = before("write", offset, data.length);
        System.arraycopy(data, 0, bytes, (int) offset, done);
        after(done, data.length);
        stabilize(offset, data.length, fua);
    }

    synchronized void zero(long offset, long length, boolean fua, boolean fast) throws NbdException {
        if (slowZero && (fast || random.nextBoolean())) {
            throw new NbdException(NbdError.ENOTSUP, "not now");
        }
        int done = before("zero", offset, length);
        Arrays.fill(bytes, (int) offset, (int) offset + done, (byte) 0);
        after(done, length);
        stabilize(offset, length, fua);
    }

    synchronized void trim(long offset, long length, boolean fua) throws NbdException {
        int done = before("trim", offset, length);
        if (trimZeroes) {
            Arrays.fill(bytes, (int) offset, (int) offset + done, (byte) 0);
        }
        after(done, length);
        stabilize(offset, length, fua);
    }

    synchronized void flush() throws NbdException {
        if (faulty && random.nextInt(3) == 0) {
            after(0, 1);
        }
        System.arraycopy(bytes, 0, stable, 0, bytes.length);
    }

    synchronized void cache(long offset, long length) throws NbdException {
        after(before("cache", offset, length), length);
    }

    /** Whether this block, or what is there of it, is zero. */
    synchronized boolean isHole(long offset) throws NbdException {
        int at = (int) (offset / BLOCK * BLOCK);
        int end = Math.min(bytes.length, at + BLOCK);
        for (int i = at; i < end; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** A fault of a request that changes nothing. */
    synchronized void check() throws NbdException {
        after(faulty && random.nextInt(3) == 0 ? 0 : 1, 1);
    }

    private void stabilize(long offset, long length, boolean fua) {
        // a disk that can't be flushed has no cache that could be
        if (fua || !info.canFlush()) {
            System.arraycopy(bytes, (int) offset, stable, (int) offset, (int) length);
        }
    }
}
