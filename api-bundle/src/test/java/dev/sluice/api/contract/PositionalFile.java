package dev.sluice.api.contract;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A file of a test's own as layers may use a shared one: at positions only. Whatever else a {@link FileChannel} has, and
 * what a subclass does not allow, throws {@link UnsupportedOperationException}.
 */
public abstract class PositionalFile extends FileChannel {
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
    public int write(ByteBuffer from, long position) throws IOException {
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
    public void force(boolean metaData) throws IOException {
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
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        throw no();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        throw no();
    }
}
