package dev.sluice.filter.cow;

import dev.sluice.api.Buffers;
import dev.sluice.api.LayerContext;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.SharedFile;
import dev.sluice.api.util.Reads;
import dev.sluice.shared.blockmap.BlockMap;
import dev.sluice.shared.blocks.ScratchFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The changes of one export: a sparse temporary file in which block n lies where it lies on the disk, and the state of each
 * block. Made of nothing until the first change.
 *
 * <p>Threads: any number of requests at once. A block is put into the overlay, or marked as zero, under the lock of its
 * group of blocks. The layer behind is never called under a lock, unless blocks are larger than {@link #PIECE}. Bytes of
 * a block that is in the overlay already are written without a lock: only requests that overlap in place and in time can
 * meet there, and these have no order.
 */
final class Overlay {
    /** State: as in the layer behind. */
    static final int UNTOUCHED = 0;
    /** State: the bytes are in the file. */
    static final int DATA = 1;
    /** State: reads as zero, whatever is in the file. */
    static final int ZERO = 2;

    /** How much is copied at once, in bytes. */
    static final int PIECE = 1 << 20;
    /** From here on describing a range of the file costs less than copying its bytes. */
    static final int FILE_RANGE = 64 << 10;

    private static final int GROUP_BITS = 5;
    private static final int LOCKS = 64;

    private final String export;
    private final LayerContext context;
    private final int shift;
    private final Lock[] locks = new Lock[LOCKS];
    /** Changed only when no request is inside. */
    private long size;
    private volatile BlockMap map;
    private volatile ScratchFile file;
    /** Null for an overlay that goes with the server; changed only when no request is inside. */
    private KeptFile kept;

    /** Without changes. */
    Overlay(String export, LayerContext context, int blockSize, long size) {
        this.export = export;
        this.context = context;
        this.shift = Integer.numberOfTrailingZeros(blockSize);
        this.size = size;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new ReentrantLock();
        }
        reset();
    }

    /** What is in this file, from now on also on disk; called once, before the first request. */
    void keepIn(KeptFile opened) throws IOException {
        map = opened.map(maxMapBytes());
        kept = opened;
        size = opened.size();
        file = opened.data();
    }

    /** Whether a flush means something. */
    boolean isKept() {
        return kept != null;
    }

    /** Returns when all that was changed before is on stable storage, for an overlay that is kept. */
    void flush() throws NbdException {
        if (kept != null) {
            kept.sync(map);
        }
    }

    String export() {
        return export;
    }

    /** Of the disk, in bytes. */
    long size() {
        return size;
    }

    int blockSize() {
        return 1 << shift;
    }

    int state(long offset) {
        return map.get(offset >>> shift);
    }

    /**
     * Where the run of blocks in this state ends that starts with the block at {@code offset}.
     *
     * @return in bytes, above {@code offset}, at most {@code end}
     */
    long runEnd(long offset, int state, long end) {
        long lastBlock = end - 1 >>> shift;
        long run = map.runEnd(offset >>> shift, state, lastBlock + 1);
        return run > lastBlock ? end : run << shift;
    }

    /** Describes bytes that are in the file. */
    void describe(long offset, int length, ReadReply reply) throws NbdException {
        if (length >= FILE_RANGE) {
            reply.file(file.shared(), file.inFile(offset), length);
        } else {
            file.read(offset, reply.buffer(length));
        }
    }

    /** Fills the buffer with bytes that are in the file. */
    void read(long offset, ByteBuffer into) throws NbdException {
        file.read(offset, into);
    }

    void write(NbdDevice behind, long offset, ByteBuffer data) throws IOException {
        long at = offset;
        while (data.hasRemaining()) {
            long whole = wholeBlocksEnd(at, data.remaining());
            long to = whole > at ? whole : Math.min(at + data.remaining(), endOf(at >>> shift));
            ByteBuffer piece = data.duplicate().limit(data.position() + (int) (to - at));
            if (whole > at) {
                writeWhole(at >>> shift, blockAfter(to), piece);
            } else {
                takeIn(behind, at >>> shift);
                opened().write(at, piece);
            }
            data.position(data.position() + (int) (to - at));
            at = to;
        }
    }

    /** Makes bytes zero; parts of blocks are written, whole blocks are only marked. */
    void zero(NbdDevice behind, long offset, long length) throws IOException {
        long end = offset + length;
        long at = offset;
        while (at < end) {
            long whole = wholeBlocksEnd(at, end - at);
            if (whole > at) {
                markZero(at, whole);
                at = whole;
            } else {
                long to = Math.min(end, endOf(at >>> shift));
                if (state(at) != ZERO) {
                    takeIn(behind, at >>> shift);
                    writeZeroes(at, to);
                }
                at = to;
            }
        }
    }

    /** Whether a range has at least one whole block. */
    boolean hasWholeBlock(long offset, long length) {
        long first = wholeBlocksStart(offset, length);
        return wholeBlocksEnd(first, offset + length - first) > first;
    }

    /** Copies the untouched blocks that this range touches out of the layer behind. */
    void copyUp(NbdDevice behind, long offset, long length) throws IOException {
        long at = offset >>> shift;
        long last = offset + length - 1 >>> shift;
        while (at <= last) {
            int state = map.get(at);
            long end = map.runEnd(at, state, last + 1);
            while (state == UNTOUCHED && at < end) {
                context.cancellation().check();
                at = copyPiece(behind, at, end);
            }
            at = end;
        }
    }

    /** Copies at most {@link #PIECE} bytes, but at least one block. Returns the first block behind them. */
    private long copyPiece(NbdDevice behind, long first, long limit) throws IOException {
        if (blockSize() > PIECE) {
            copyLargeBlock(behind, first);
            return first + 1;
        }
        long last = Math.min(limit, first + (PIECE >>> shift));
        int length = (int) (endOf(last - 1) - (first << shift));
        try (Lease lease = buffers().lease(length)) {
            ByteBuffer bytes = lease.memory().duplicate().clear().limit(length);
            Reads.into(behind, first << shift, bytes);
            for (long at = first; at < last; at = groupEnd(at, last)) {
                putUntouched(at, groupEnd(at, last), first, bytes);
            }
        }
        return last;
    }

    /** Puts blocks of one group into the file, unless a change came first. */
    private void putUntouched(long from, long to, long base, ByteBuffer bytes) throws NbdException {
        Lock lock = lock(from);
        lock.lock();
        try {
            long at = from;
            while (at < to) {
                int state = map.get(at);
                long end = map.runEnd(at, state, to);
                if (state == UNTOUCHED) {
                    int start = (int) (at - base << shift);
                    int length = (int) (endOf(end - 1) - (at << shift));
                    opened().write(at << shift, bytes.duplicate().clear().limit(start + length).position(start));
                    mark(at, end, DATA);
                }
                at = end;
            }
        } finally {
            lock.unlock();
        }
    }

    /** A block that doesn't fit into a piece is copied under the lock, so that two copies of it can't mix. */
    private void copyLargeBlock(NbdDevice behind, long block) throws IOException {
        Lock lock = lock(block);
        lock.lock();
        try (Lease lease = buffers().lease(PIECE)) {
            if (map.get(block) != UNTOUCHED) {
                return;
            }
            long end = endOf(block);
            for (long at = block << shift; end - at > 0; at += PIECE) {
                ByteBuffer bytes = lease.memory().duplicate().clear().limit((int) Math.min(PIECE, end - at));
                Reads.into(behind, at, bytes);
                opened().write(at, bytes.flip());
            }
            mark(block, block + 1, DATA);
        } finally {
            lock.unlock();
        }
    }

    /** Makes sure that all bytes of a block are in the file, because a part of it will be written. */
    private void takeIn(NbdDevice behind, long block) throws IOException {
        int state = map.get(block);
        if (state == UNTOUCHED) {
            copyPiece(behind, block, block + 1);
        } else if (state == ZERO) {
            Lock lock = lock(block);
            lock.lock();
            try {
                if (map.get(block) == ZERO) {
                    writeZeroes(block << shift, endOf(block));
                    mark(block, block + 1, DATA);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void mark(long from, long to, int state) throws NbdException {
        map.set(from, to, state);
        if (kept != null) {
            kept.touched(from, to);
        }
    }

    private void writeZeroes(long from, long to) throws NbdException {
        try (Lease lease = buffers().zeroed((int) Math.min(PIECE, to - from))) {
            for (long at = from; to - at > 0; at += PIECE) {
                opened().write(at, lease.memory().duplicate().clear().limit((int) Math.min(PIECE, to - at)));
            }
        }
    }

    private void writeWhole(long from, long to, ByteBuffer data) throws NbdException {
        if (map.get(from) == DATA && map.runEnd(from, DATA, to) == to) {
            file.write(from << shift, data);
            return;
        }
        for (long at = from; at < to; at = groupEnd(at, to)) {
            long end = groupEnd(at, to);
            int length = (int) (endOf(end - 1) - (at << shift));
            Lock lock = lock(at);
            lock.lock();
            try {
                opened().write(at << shift, data.duplicate().limit(data.position() + length));
                mark(at, end, DATA);
            } finally {
                lock.unlock();
            }
            data.position(data.position() + length);
        }
    }

    private void markZero(long from, long to) throws NbdException {
        long last = blockAfter(to);
        long end;
        for (long at = from >>> shift; at < last; at = end) {
            int state = map.get(at);
            end = state == ZERO ? map.runEnd(at, ZERO, last) : groupEnd(at, last);
            if (state != ZERO) {
                Lock lock = lock(at);
                lock.lock();
                try {
                    mark(at, end, ZERO);
                } finally {
                    lock.unlock();
                }
                context.cancellation().check();
            }
        }
    }

    /** The disk has become longer, and nobody uses it: what is changed of its last block is completed. */
    void grow(NbdDevice behind, long newSize) throws IOException {
        long old = size;
        long block = old >>> shift;
        size = newSize;
        try {
            int state = map.get(block);
            if (old != block << shift && state != UNTOUCHED) {
                complete(behind, block, old, state);
            }
            if (kept != null) {
                // the file tells the new size only when the block is complete there
                kept.sync(map);
                kept.resize(newSize);
            }
        } catch (IOException | RuntimeException e) {
            size = old;
            throw e;
        }
    }

    private void complete(NbdDevice behind, long block, long old, int state) throws IOException {
        long end = endOf(block);
        try (Lease lease = buffers().lease((int) Math.min(PIECE, end - old))) {
            for (long at = old; end - at > 0; at += PIECE) {
                ByteBuffer bytes = lease.memory().duplicate().clear().limit((int) Math.min(PIECE, end - at));
                Reads.into(behind, at, bytes);
                opened().write(at, bytes.flip());
            }
        }
        if (state == ZERO) {
            writeZeroes(block << shift, old);
            mark(block, block + 1, DATA);
        }
    }

    /** The block behind the whole blocks that end at {@code to}, which may be the end of the disk inside a block. */
    private long blockAfter(long to) {
        return (to - 1 >>> shift) + 1;
    }

    /** Where a block ends, in bytes: the last one with the disk. */
    private long endOf(long block) {
        long start = block << shift;
        return size - start < blockSize() ? size : start + blockSize();
    }

    /** Where the whole blocks end that start at {@code offset}; {@code offset} if there are none. */
    private long wholeBlocksEnd(long offset, long length) {
        if ((offset & blockSize() - 1) != 0 || length <= 0) {
            return offset;
        }
        long end = offset + length;
        return end == size ? end : end & -blockSize();
    }

    private long wholeBlocksStart(long offset, long length) {
        long inside = offset & blockSize() - 1;
        return inside == 0 ? offset : Math.min(offset + length, endOf(offset >>> shift));
    }

    private static long groupEnd(long block, long limit) {
        return Math.min(limit, (block >>> GROUP_BITS) + 1 << GROUP_BITS);
    }

    private Lock lock(long block) {
        return locks[(int) (block >>> GROUP_BITS) & LOCKS - 1];
    }

    private Buffers buffers() {
        return context.buffers();
    }

    private ScratchFile opened() throws NbdException {
        ScratchFile known = file;
        if (known != null) {
            return known;
        }
        synchronized (this) {
            if (file == null) {
                file = ScratchFile.create(context, "cow");
            }
            return file;
        }
    }

    /** Whether nothing differs from the layer behind. */
    boolean isClean() {
        return map.isClear();
    }

    /** How many bytes are in a state, rounded up to blocks. */
    long bytes(int state) {
        return size == 0 ? 0 : map.count(state, blockAfter(size)) << shift;
    }

    /** A clean one is for a disk of this size from now on. */
    void resize(long newSize) throws NbdException {
        if (kept != null) {
            kept.resize(newSize);
        }
        size = newSize;
    }

    /** Forgets all changes; no request is inside. */
    void reset() {
        if (kept != null) {
            map.pages().keySet().forEach(kept::touchedPage);
        }
        map = new BlockMap(maxMapBytes());
    }

    /** An eighth of the heap, so that a client that marks a huge disk as zero meets an error and not the others' end. */
    private static long maxMapBytes() {
        return Runtime.getRuntime().maxMemory() / 8;
    }

    /** What a successor needs. The file's reference goes with it. */
    Map<String, Object> release() {
        Map<String, Object> state = new HashMap<>(Map.of("size", size, "pages", map.pages()));
        if (file != null) {
            state.put("file", file.shared());
        }
        if (kept != null) {
            state.put("kept", kept.release());
        }
        file = null;
        return state;
    }

    /** Goes on with what a predecessor, or this object itself, released. */
    void adopt(Map<?, ?> state) throws IOException {
        close();
        size = (Long) state.get("size");
        SharedFile given = (SharedFile) state.get("file");
        kept = state.containsKey("kept") ? KeptFile.adopt(given, size, (Map<?, ?>) state.get("kept")) : null;
        file = kept != null ? kept.data() : given != null ? new ScratchFile(given) : null;
        map = BlockMap.of(maxMapBytes(), pages(state));
    }

    @SuppressWarnings("unchecked") // as release() made it; the format says so
    private static Map<Long, long[]> pages(Map<?, ?> state) {
        return (Map<Long, long[]>) state.get("pages");
    }

    void close() throws IOException {
        ScratchFile last = file;
        file = null;
        if (last != null) {
            try (last) {
                flush();
            }
        }
    }
}
