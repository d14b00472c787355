package dev.sluice.filter.cache;

import dev.sluice.api.Buffers;
import dev.sluice.api.LayerContext;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.SharedFile;
import dev.sluice.api.util.Reads;
import dev.sluice.shared.blockmap.BlockMap;
import dev.sluice.shared.blocks.ScratchFile;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The blocks of one disk that are kept in a temporary file, and what is known about each: not here, as behind (clean), newer
 * than behind (dirty), or to become zero behind. How they get here, are written and go home is in {@link Writing},
 * {@link Homing} and {@link Reclaim}.
 *
 * <p>Threads: any number of requests at once. Locks are taken in this order: a borrowed device, the one of homing, stripes
 * in ascending order; while one stripe is held another one is only tried.
 */
final class Cache {
    /** State: only behind. */
    static final int NONE = 0;
    /** State: in the file, as behind. */
    static final int CLEAN = 1;
    /** State: in the file, newer than behind. */
    static final int DIRTY = 2;
    /** State: zero, not yet so behind; nothing is in the file. */
    static final int ZERO = 3;

    /** How much is copied at once at least, in bytes; a group of blocks has this size, or is one larger block. */
    static final int GROUP = 1 << 20;
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.cache");
    private static final int STRIPES = 64;

    private final String export;
    private final LayerContext context;
    private final Settings settings;
    private final Stripe[] stripes = new Stripe[STRIPES];
    private final List<Behind> devices = new CopyOnWriteArrayList<>();
    private final AtomicBoolean warned = new AtomicBoolean();
    private final Reclaim reclaim = new Reclaim(this);
    /** Changed only when no request is inside. */
    private int shift;
    private long size;
    private volatile BlockMap map;
    private volatile Slots slots;
    private volatile ScratchFile file;

    /** With nothing in it. */
    Cache(String export, LayerContext context, Settings settings, int blockSize, long size) {
        this.export = export;
        this.context = context;
        this.settings = settings;
        this.shift = Integer.numberOfTrailingZeros(blockSize);
        this.size = size;
        reset();
    }

    /** Forgets everything; no request is inside. */
    private void reset() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
        map = new BlockMap(Runtime.getRuntime().maxMemory() / 8);
        slots = new Slots(settings.maxBlocks(blockSize()));
    }

    String export() {
        return export;
    }

    LayerContext context() {
        return context;
    }

    Settings settings() {
        return settings;
    }

    Slots slots() {
        return slots;
    }

    BlockMap map() {
        return map;
    }

    Reclaim reclaim() {
        return reclaim;
    }

    Buffers buffers() {
        return context.buffers();
    }

    int blockSize() {
        return 1 << shift;
    }

    /** Of the disk, in bytes. */
    long size() {
        return size;
    }

    long block(long offset) {
        return offset >>> shift;
    }

    long start(long block) {
        return block << shift;
    }

    /** Where a block ends, in bytes: the last one with the disk. */
    long endOf(long block) {
        long start = block << shift;
        return size - start < blockSize() ? size : start + blockSize();
    }

    /** Where the blocks end that are dealt out together with the one at this offset, at most {@code limit}. */
    long groupEnd(long offset, long limit) {
        long group = Math.max(GROUP, blockSize());
        long start = offset & -group;
        return limit - start < group ? limit : Math.min(limit, start + group);
    }

    long groupStart(long offset) {
        return offset & -Math.max(GROUP, blockSize());
    }

    Stripe stripe(long offset) {
        return stripes[(int) (offset >>> Math.max(20, shift)) & STRIPES - 1];
    }

    Stripe[] stripes() {
        return stripes;
    }

    int state(long offset) {
        return map.get(offset >>> shift);
    }

    /** Where the run of blocks in this state ends that starts with the block at {@code offset}, at most {@code end}. */
    long runEnd(long offset, int state, long end) {
        long lastBlock = end - 1 >>> shift;
        long run = map.runEnd(offset >>> shift, state, lastBlock + 1);
        return run > lastBlock ? end : run << shift;
    }

    /** As above, for blocks that are in the file, clean or dirty. */
    long cachedEnd(long offset, long end) {
        long at = offset;
        int state = state(at);
        while (at < end && (state == CLEAN || state == DIRTY)) {
            at = runEnd(at, state, end);
            state = at < end ? state(at) : NONE;
        }
        return at;
    }

    /** Describes bytes that were in the file a moment ago. They are copied, because their place may be used again soon. */
    void describe(Behind behind, long offset, int length, ReadReply reply) throws IOException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long to = groupEnd(at, end);
            ByteBuffer into = reply.buffer((int) (to - at));
            copy(behind, at, into);
            at = to;
        }
    }

    /** Fills the buffer; a block that has left the cache meanwhile comes from where it went. */
    private void copy(Behind behind, long offset, ByteBuffer into) throws IOException {
        long end = offset + into.remaining();
        long at = copyCached(offset, into, end);
        while (at < end) {
            long to = Math.min(end, endOf(block(at)));
            switch (state(at)) {
                case ZERO -> {
                    for (long i = at; i < to; i++) {
                        into.put((byte) 0);
                    }
                    at = to;
                }
                case NONE -> {
                    ByteBuffer part = into.duplicate().limit(into.position() + (int) (to - at));
                    Reads.into(behind.source(), at, part);
                    into.position(part.position());
                    at = to;
                }
                default -> {
                    // it has come back
                }
            }
            at = copyCached(at, into, end);
        }
    }

    private long copyCached(long offset, ByteBuffer into, long end) throws NbdException {
        if (offset >= end) {
            return offset;
        }
        Stripe stripe = stripe(offset);
        long stamp = stripe.lock.readLock();
        try {
            long at = offset;
            while (at < end) {
                int slot = stripe.index.get(block(at));
                if (slot < 0) {
                    return at;
                }
                slots.touch(slot);
                long to = Math.min(end, endOf(block(at)));
                ByteBuffer part = into.duplicate().limit(into.position() + (int) (to - at));
                file.read(position(slot, at), part);
                into.position(part.position());
                at = to;
            }
            return at;
        } finally {
            stripe.lock.unlockRead(stamp);
        }
    }

    /** Reads blocks that are in the file, all of one group whose lock the caller holds. */
    void readSlots(Stripe stripe, long offset, ByteBuffer into) throws NbdException {
        long at = offset;
        long end = offset + into.remaining();
        while (at < end) {
            long to = Math.min(end, endOf(block(at)));
            ByteBuffer part = into.duplicate().limit(into.position() + (int) (to - at));
            file.read(position(stripe.index.get(block(at)), at), part);
            into.position(part.position());
            at = to;
        }
    }

    private long position(int slot, long offset) {
        return ((long) slot << shift) + (offset & blockSize() - 1);
    }

    /** Writes into a block that has a slot; its lock is held. */
    void writeSlot(int slot, long offset, ByteBuffer data) throws NbdException {
        file.write(position(slot, offset), data);
    }

    /**
     * Takes the blocks of a range in, all of one group, that are only behind.
     *
     * @return whether the cache had room; if not, or if something else was quicker, nothing is lost
     */
    boolean takeIn(Behind behind, long from, long to) throws IOException {
        Stripe stripe = stripe(from);
        long version = stripe.version;
        long first = start(block(from));
        int length = (int) (endOf(block(to - 1)) - first);
        try (Lease lease = buffers().lease(length)) {
            ByteBuffer bytes = lease.memory().duplicate().clear().limit(length);
            Reads.into(behind.source(), first, bytes);
            return keep(stripe, version, first, bytes.flip());
        }
    }

    /** As above, and describes the bytes, whether they could be kept or not. */
    void readAndKeep(Behind behind, long from, long to, ReadReply reply) throws IOException {
        Stripe stripe = stripe(from);
        long version = stripe.version;
        long first = start(block(from));
        int length = (int) (endOf(block(to - 1)) - first);
        try (Lease lease = buffers().lease(length)) {
            ByteBuffer bytes = lease.memory().duplicate().clear().limit(length);
            try {
                Reads.into(behind.source(), first, bytes);
            } catch (IOException e) {
                // the part of the block that was asked for may be readable
                behind.source().read(from, (int) (to - from), reply);
                return;
            }
            keep(stripe, version, first, bytes.flip());
            reply.lease(lease, (int) (from - first), (int) (to - from));
        }
    }

    private boolean keep(Stripe stripe, long version, long first, ByteBuffer bytes) {
        long stamp = stripe.lock.writeLock();
        try {
            return stripe.version == version && putClean(stripe, first, bytes);
        } finally {
            stripe.lock.unlockWrite(stamp);
        }
    }

    private boolean putClean(Stripe stripe, long first, ByteBuffer bytes) {
        long end = first + bytes.remaining();
        for (long at = first; at < end; at = endOf(block(at))) {
            ByteBuffer part = bytes.duplicate().position((int) (at - first)).limit((int) (endOf(block(at)) - first));
            if (map.get(block(at)) == NONE && !insert(stripe, block(at), at, part, CLEAN)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Gives a block that has no slot one, with bytes in it; the lock of its stripe is held.
     *
     * @return whether there was room; if not everything is as before
     */
    boolean insert(Stripe stripe, long block, long offset, ByteBuffer bytes, int state) {
        int slot = slots.take(block, now());
        for (int i = 0; slot < 0 && i < 2 * STRIPES && reclaim.evictClean(stripe); i++) {
            slot = slots.take(block, now());
        }
        reclaim.ifNeeded();
        if (slot < 0) {
            return false;
        }
        try {
            ByteBuffer data = bytes.duplicate();
            if (data.remaining() < endOf(block) - start(block)) {
                zeroSlot(slot, block);
            }
            opened().write(position(slot, offset), data);
            map.set(block, state);
            stripe.index.put(block, slot);
            return true;
        } catch (NbdException e) {
            if (e.error() == NbdError.ENOSPC) {
                slots.noRoom(slot, now());
            } else {
                slots.free(slot);
            }
            notKept(e);
            return false;
        }
    }

    /** For a block that was zero and gets a part of other bytes. */
    private void zeroSlot(int slot, long block) throws NbdException {
        long end = endOf(block);
        try (Lease lease = buffers().zeroed(Math.min(GROUP, blockSize()))) {
            for (long at = start(block); end - at > 0; at += GROUP) {
                opened().write(position(slot, at), lease.memory().duplicate().clear().limit((int) Math.min(GROUP, end - at)));
            }
        }
    }

    /** Takes a block out, whatever its state is; the lock of its stripe is held. */
    void drop(Stripe stripe, long block) throws NbdException {
        int slot = stripe.index.remove(block);
        if (slot >= 0) {
            slots.free(slot);
        }
        stripe.changed();
        map.set(block, NONE);
    }

    /** Says so once: the next blocks are likely to meet the same. */
    private void notKept(IOException e) {
        if (warned.compareAndSet(false, true)) {
            LOG.log(Level.WARNING, "cache: a block can't be kept, requests go to the layer behind: " + e.getMessage());
        }
    }

    private long now() {
        return context.clock().getAsLong();
    }

    private ScratchFile opened() throws NbdException {
        ScratchFile known = file;
        if (known != null) {
            return known;
        }
        synchronized (this) {
            if (file == null) {
                file = ScratchFile.create(context, "cache");
            }
            return file;
        }
    }

    /** Whether something is newer than behind. */
    boolean isDirty() {
        long last = size == 0 ? 0 : block(size - 1) + 1;
        long at = 0;
        while (at < last) {
            int state = map.get(at);
            if (state == DIRTY || state == ZERO) {
                return true;
            }
            at = map.runEnd(at, state, last);
        }
        return false;
    }

    /** A cache without dirty blocks and without users is for a disk of this size from now on. */
    void resize(long newSize) {
        size = newSize;
        reset();
    }

    List<Behind> devices() {
        return devices;
    }

    /** What a successor needs. The file's reference goes with it. */
    Map<String, Object> release() {
        Map<String, Object> state = new HashMap<>(Map.of("size", size, "block-size", blockSize(), "pages", map.pages(),
                "slots", slots.owners()));
        if (file != null) {
            state.put("file", file.shared());
        }
        file = null;
        // the pages are the successor's now: nothing that is left here may touch them
        reset();
        return state;
    }

    /** Goes on with what a predecessor, or this object itself, released; no request is inside. */
    void adopt(Map<?, ?> state) throws IOException {
        close();
        size = (Long) state.get("size");
        shift = Integer.numberOfTrailingZeros((Integer) state.get("block-size"));
        reset();
        map = BlockMap.of(Runtime.getRuntime().maxMemory() / 8, pages(state));
        long[] owners = (long[]) state.get("slots");
        slots = new Slots(settings.maxBlocks(blockSize()), owners);
        for (int slot = 0; slot < owners.length; slot++) {
            if (owners[slot] != 0) {
                stripe(start(owners[slot] - 1)).index.put(owners[slot] - 1, slot);
            }
        }
        SharedFile given = (SharedFile) state.get("file");
        file = given == null ? null : new ScratchFile(given);
        reclaim.ifNeeded();
    }

    @SuppressWarnings("unchecked") // as release() made it; the format says so
    private static Map<Long, long[]> pages(Map<?, ?> state) {
        return (Map<Long, long[]>) state.get("pages");
    }

    void close() throws IOException {
        ScratchFile last = file;
        file = null;
        if (last != null) {
            last.close();
        }
    }
}
