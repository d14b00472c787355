package dev.sluice.core.transmission;

import dev.sluice.api.NbdException;
import dev.sluice.api.SharedFile;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.PooledBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Finished replies on their way out, as segments in order: stretches of memory, and ranges of files. Headers and small
 * data stand one behind the other in an arena, so that many replies leave as one stretch.
 *
 * <p>One thread at a time: whoever fills it, then whoever holds the connection's output. Reused by leaders; what it
 * grew by is given back when it was sent.
 */
final class Batch {
    /** Memory, in {@link #buffer}. */
    static final byte MEMORY = 0;
    /** A range of a file. */
    static final byte FILE = 1;
    /** The NONE chunk behind data that may fail while it is sent: replaced by an error chunk if it did. */
    static final byte END = 2;

    /** A larger arena, which some replies need, is not kept. */
    private static final int KEPT = 256 << 10;

    private final BufferPool pool;
    private final int arenaSize;
    private PooledBuffer arena;
    /** Counts arenas, so that stretches of different ones are never joined. */
    private int generation;
    private int used;
    private int count;
    private byte[] kinds = new byte[8];
    private ByteBuffer[] buffers = new ByteBuffer[8];
    private SharedFile[] files = new SharedFile[8];
    private long[] positions = new long[8];
    private long[] lengths = new long[8];
    private long[] offsets = new long[8];
    private AutoCloseable[] owned = new AutoCloseable[8];
    private int ownedCount;
    private ByteBuffer[] views = new ByteBuffer[8];
    private int viewCount;
    private long bytes;
    /** For the queue of the output. */
    Batch next;

    /** Empty; takes its first arena when it is needed. */
    Batch(BufferPool pool, int arenaSize) {
        this.pool = pool;
        this.arenaSize = arenaSize;
    }

    /** Makes sure that this many bytes can be taken from the arena one behind the other. */
    void ensure(int size) throws NbdException {
        if (arena != null && arena.whole().capacity() - used >= size) {
            return;
        }
        PooledBuffer larger = pool.lease(Math.max(arenaSize, size));
        // Only now: without memory the batch keeps what it has, with room for an error.
        if (arena != null) {
            own(arena);
            dropViews();
        }
        arena = larger;
        generation++;
        used = 0;
    }

    /** The memory of the arena, for absolute access. */
    ByteBuffer memory() {
        return arena.whole();
    }

    /** The arena itself. */
    PooledBuffer arena() {
        return arena;
    }

    /** Where the next byte of the arena would go. */
    int used() {
        return used;
    }

    /** Bytes left in the arena. */
    int room() {
        return arena == null ? 0 : arena.whole().capacity() - used;
    }

    /** Takes bytes of the arena, or gives them back. */
    void setUsed(int position) {
        used = position;
    }

    /** Adds a stretch of the current arena; joined with the segment before if it touches it. */
    void addArena(int from, int length) {
        if (count > 0 && kinds[count - 1] == MEMORY && positions[count - 1] == generation && buffers[count - 1].limit() == from) {
            buffers[count - 1].limit(from + length);
            lengths[count - 1] += length;
            bytes += length;
            return;
        }
        ByteBuffer view = view();
        view.limit(from + length).position(from);
        add(MEMORY, view, null, generation, length);
    }

    /** Adds memory that is given back, through {@code owner}, when it was sent; {@code owner} may be null. */
    void addMemory(ByteBuffer memory, AutoCloseable owner) {
        add(MEMORY, memory, null, 0, memory.remaining());
        if (owner != null) {
            own(owner);
        }
    }

    /** Adds a range of a file, whose reference is given back when it was sent; {@code offset} is where it lies on the disk. */
    void addFile(SharedFile file, long position, long length, long offset) {
        add(FILE, null, file, position, length);
        offsets[count - 1] = offset;
        own(file);
    }

    /** Adds the end marker of a reply whose data may fail while it is sent; it stands in the arena. */
    void addEnd(int from, int length) {
        ByteBuffer view = view();
        view.limit(from + length).position(from);
        add(END, view, null, 0, length);
    }

    /** Something to give back when this was sent. */
    void own(AutoCloseable resource) {
        if (ownedCount == owned.length) {
            owned = Arrays.copyOf(owned, ownedCount * 2);
        }
        owned[ownedCount++] = resource;
    }

    private void add(byte kind, ByteBuffer memory, SharedFile file, long position, long length) {
        if (count == kinds.length) {
            int size = count * 2;
            kinds = Arrays.copyOf(kinds, size);
            buffers = Arrays.copyOf(buffers, size);
            files = Arrays.copyOf(files, size);
            positions = Arrays.copyOf(positions, size);
            lengths = Arrays.copyOf(lengths, size);
            offsets = Arrays.copyOf(offsets, size);
        }
        kinds[count] = kind;
        buffers[count] = memory;
        files[count] = file;
        positions[count] = position;
        lengths[count] = length;
        count++;
        bytes += length;
    }

    private ByteBuffer view() {
        if (viewCount < views.length) {
            ByteBuffer v = views[viewCount];
            if (v == null) {
                v = arena.whole().duplicate();
                views[viewCount] = v;
            }
            viewCount++;
            return v.clear();
        }
        return arena.whole().duplicate();
    }

    private void dropViews() {
        Arrays.fill(views, null);
        viewCount = 0;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    byte kind(int i) {
        return kinds[i];
    }

    ByteBuffer buffer(int i) {
        return buffers[i];
    }

    SharedFile file(int i) {
        return files[i];
    }

    long position(int i) {
        return positions[i];
    }

    long length(int i) {
        return lengths[i];
    }

    /** Where a range of a file lies on the disk. */
    long offset(int i) {
        return offsets[i];
    }

    /** All bytes to send. */
    long bytes() {
        return bytes;
    }

    /** What it costs to keep this for a while, in bytes: a few small replies hold a whole arena. */
    long cost() {
        return arena == null ? bytes : Math.max(bytes, arena.whole().capacity());
    }

    /**
     * Moves the finished replies into a batch of their own. Called by a follower while the call that fills the rest of
     * the arena goes on: that call touches only {@link #arena} and {@link #used} until it has seen that it was
     * overtaken.
     */
    Batch splitFinished() {
        Batch finished = new Batch(pool, arenaSize);
        finished.kinds = kinds;
        finished.buffers = buffers;
        finished.files = files;
        finished.positions = positions;
        finished.lengths = lengths;
        finished.offsets = offsets;
        finished.count = count;
        finished.bytes = bytes;
        finished.owned = owned;
        finished.ownedCount = ownedCount;
        if (arena != null) {
            finished.own(arena.retain());
        }
        kinds = new byte[8];
        buffers = new ByteBuffer[8];
        files = new SharedFile[8];
        positions = new long[8];
        lengths = new long[8];
        offsets = new long[8];
        owned = new AutoCloseable[8];
        ownedCount = 0;
        count = 0;
        bytes = 0;
        views = new ByteBuffer[8];
        viewCount = 0;
        return finished;
    }

    /** It was sent, or never will be: gives back what it holds but keeps its arena for use again. */
    void reset() {
        for (int i = 0; i < ownedCount; i++) {
            giveBack(owned[i]);
            owned[i] = null;
        }
        ownedCount = 0;
        Arrays.fill(buffers, 0, count, null);
        Arrays.fill(files, 0, count, null);
        count = 0;
        used = 0;
        viewCount = 0;
        bytes = 0;
        if (arena != null && arena.whole().capacity() > Math.max(arenaSize, KEPT)) {
            arena.close();
            arena = null;
            dropViews();
        }
    }

    /** As {@link #reset}, and the arena is given back too. */
    void release() {
        reset();
        if (arena != null) {
            arena.close();
            arena = null;
            dropViews();
        }
    }

    static void giveBack(AutoCloseable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            System.getLogger("dev.sluice.transmission").log(System.Logger.Level.WARNING, "closing a file: " + e.getMessage());
        } catch (Exception e) {
            // A layer that gave the same reference back twice: its fault must not keep the connection from going on.
            System.getLogger("dev.sluice.transmission").log(System.Logger.Level.ERROR, "giving back what a layer lent: " + e);
        }
    }
}
