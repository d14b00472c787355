package dev.sluice.core.simulation;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file of a few bytes in memory, for replies that name a range of a file; it can only be read at a position. */
final class SimFile extends FileChannel {
    private final ByteBuffer bytes;

    SimFile(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read(ByteBuffer into, long position) {
        if (position >= bytes.limit()) {
            return -1;
        }
        int n = (int) Math.min(into.remaining(), bytes.limit() - position);
        into.put(bytes.duplicate().clear().position((int) position).limit((int) position + n));
        return n;
    }

    @Override
    public long size() {
        return bytes.limit();
    }

    private static UnsupportedOperationException no() {
        return new UnsupportedOperationException("nobody may do that to a shared file");
    }

    @Override
    public int read(ByteBuffer into) {
        throw no();
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
        throw no();
    }

    @Override
    public int write(ByteBuffer from) {
        throw no();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
        throw no();
    }

    @Override
    public int write(ByteBuffer from, long position) {
        throw no();
    }

    @Override
    public long position() {
        throw no();
    }

    @Override
    public FileChannel position(long newPosition) {
        throw no();
    }

    @Override
    public FileChannel truncate(long size) {
        throw no();
    }

    @Override
    public void force(boolean metaData) {
        throw no();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw no();
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long position, long count) {
        throw no();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw no();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw no();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw no();
    }

    @Override
    protected void implCloseChannel() {
        // nothing is open
    }
}
