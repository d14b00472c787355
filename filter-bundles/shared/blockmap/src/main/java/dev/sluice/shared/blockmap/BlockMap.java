package dev.sluice.shared.blockmap;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The states of a disk's blocks, two bits each: 0 .. 3, at first all 0. What the states mean is the user's business.
 *
 * <p>Made for any disk: memory comes in pages of 16 KiB, each for 65536 blocks (4 GiB of a disk in blocks of 64 KiB), and
 * only for parts where some state is not 0. Pages hang in a tree of fixed depth, so a lookup is six loads, and a run of
 * equal states is found word by word, with empty parts of the disk jumped over.
 *
 * <p>Blocks are counted from 0 to {@link #MAX_BLOCKS}, exclusive. Pages are plain arrays, so that they can be handed over
 * to the code that comes after this one.
 *
 * <p>Threads: any. A state that is seen comes with everything that its setter did before. Changes of neighbours don't
 * disturb each other; changes of the same block have the order in which they happen to come.
 */
public final class BlockMap {
    /** One more than the largest block number. */
    public static final long MAX_BLOCKS = 1L << 56;
    /** How many longs a page has. */
    public static final int PAGE_WORDS = 2048;

    private static final int BLOCKS_PER_WORD = 32;
    private static final int PAGE_BITS = 16;
    private static final int FAN_BITS = 8;
    private static final int FAN = 1 << FAN_BITS;
    /** Of nodes above the pages. */
    private static final int LEVELS = 5;
    private static final long MAX_PAGES = MAX_BLOCKS >>> PAGE_BITS;
    /** The lower bit of each block of a word. */
    private static final long EVERY_BLOCK = 0x5555_5555_5555_5555L;
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    private final AtomicReferenceArray<Object> root = new AtomicReferenceArray<>(FAN);
    private final AtomicLong pageCount = new AtomicLong();
    private final long maxPages;

    /**
     * All states are 0.
     *
     * @param maxBytes how much memory the pages may take; not below one page
     */
    public BlockMap(long maxBytes) {
        maxPages = Math.max(1, maxBytes / (PAGE_WORDS * Long.BYTES));
    }

    /**
     * From what {@link #pages()} gave; the arrays are used, not copied.
     *
     * @throws IllegalArgumentException if they can't come from there
     */
    public static BlockMap of(long maxBytes, Map<Long, long[]> pages) {
        BlockMap map = new BlockMap(Math.max(maxBytes, pages.size() * (long) PAGE_WORDS * Long.BYTES));
        pages.forEach((index, page) -> {
            if (index < 0 || index >= MAX_PAGES || page.length != PAGE_WORDS) {
                throw new IllegalArgumentException("no page of a block map: number " + index + " with " + page.length + " words");
            }
            map.leaf(index).set((int) (index & FAN - 1), page);
            map.pageCount.incrementAndGet();
        });
        return map;
    }

    /** The state of one block. */
    public int get(long block) {
        long[] page = page(block >>> PAGE_BITS);
        return page == null ? 0 : (int) ((long) WORDS.getAcquire(page, word(block)) >>> shift(block)) & 3;
    }

    /**
     * Changes one block.
     *
     * @throws NbdException with ENOMEM: the map may not become larger; nothing was changed
     */
    public void set(long block, int state) throws NbdException {
        set(block, block + 1, state);
    }

    /**
     * Changes all blocks of {@code from .. to}, exclusive.
     *
     * @throws NbdException with ENOMEM: the map may not become larger; a first part may have been changed
     */
    public void set(long from, long to, int state) throws NbdException {
        long at = from;
        while (at < to) {
            long index = at >>> PAGE_BITS;
            long end = Math.min(to, index + 1 << PAGE_BITS);
            long[] page = state == 0 ? page(index) : pageOrNew(index);
            if (page != null) {
                setInPage(page, at, end, state);
            }
            at = end;
        }
    }

    private static void setInPage(long[] page, long from, long to, int state) {
        long at = from;
        while (at < to) {
            long end = Math.min(to, (at | BLOCKS_PER_WORD - 1) + 1);
            int count = (int) (end - at);
            long mask = (count == BLOCKS_PER_WORD ? -1L : (1L << 2 * count) - 1) << shift(at);
            long wanted = state * EVERY_BLOCK & mask;
            long before;
            do {
                before = (long) WORDS.getVolatile(page, word(at));
            } while (!WORDS.compareAndSet(page, word(at), before, before & ~mask | wanted));
            at = end;
        }
    }

    /**
     * Where a run of equal states ends.
     *
     * @param block a block in this state; it is not looked at again
     * @param limit where to stop, above {@code block}
     * @return the first block behind {@code block} with another state, at most {@code limit}
     */
    public long runEnd(long block, int state, long limit) {
        long at = block + 1;
        while (at < limit) {
            long[] page = page(at >>> PAGE_BITS);
            long end;
            if (page == null) {
                if (state != 0) {
                    return at;
                }
                end = nextPage((at >>> PAGE_BITS) + 1) << PAGE_BITS;
            } else {
                end = (at >>> PAGE_BITS) + 1 << PAGE_BITS;
                long other = otherInPage(page, at, Math.min(end, limit), state);
                if (other < end) {
                    return Math.min(other, limit);
                }
            }
            at = end;
        }
        return limit;
    }

    private static long otherInPage(long[] page, long from, long to, int state) {
        long at = from;
        while (at < to) {
            long differing = (long) WORDS.getAcquire(page, word(at)) ^ state * EVERY_BLOCK;
            differing &= -1L << shift(at);
            long start = at & -BLOCKS_PER_WORD;
            if (differing != 0) {
                return start + Long.numberOfTrailingZeros(differing) / 2;
            }
            at = start + BLOCKS_PER_WORD;
        }
        return at;
    }

    /** How many blocks of {@code 0 .. limit}, exclusive, are in this state, which is not 0. */
    public long count(int state, long limit) {
        long count = 0;
        long at = 0;
        while (at < limit) {
            int here = get(at);
            long end = runEnd(at, here, limit);
            count += here == state ? end - at : 0;
            at = end;
        }
        return count;
    }

    /** Whether all blocks have state 0. */
    public boolean isClear() {
        return get(0) == 0 && runEnd(0, 0, MAX_BLOCKS) == MAX_BLOCKS;
    }

    /** The pages by number; a page with number n is for the blocks from 65536 n on. The arrays are those in use. */
    public SortedMap<Long, long[]> pages() {
        SortedMap<Long, long[]> pages = new TreeMap<>();
        long index = nextPage(0);
        while (index < MAX_PAGES) {
            pages.put(index, page(index));
            index = nextPage(index + 1);
        }
        return pages;
    }

    /** The words of one page as they are now; zeroes if there is no such page. */
    public long[] copyOfPage(long index) {
        long[] copy = new long[PAGE_WORDS];
        long[] page = page(index);
        if (page != null) {
            for (int i = 0; i < PAGE_WORDS; i++) {
                copy[i] = (long) WORDS.getAcquire(page, i);
            }
        }
        return copy;
    }

    private static int word(long block) {
        return (int) (block & (1 << PAGE_BITS) - 1) / BLOCKS_PER_WORD;
    }

    private static int shift(long block) {
        return (int) (block & BLOCKS_PER_WORD - 1) * 2;
    }

    private static int branch(long index, int level) {
        return (int) (index >>> level * FAN_BITS) & FAN - 1;
    }

    @SuppressWarnings("unchecked") // above level 0 there are only nodes
    private static AtomicReferenceArray<Object> child(AtomicReferenceArray<Object> node, int branch) {
        return (AtomicReferenceArray<Object>) node.get(branch);
    }

    private long[] page(long index) {
        AtomicReferenceArray<Object> node = root;
        for (int level = LEVELS - 1; level > 0; level--) {
            node = child(node, branch(index, level));
            if (node == null) {
                return null;
            }
        }
        return (long[]) node.get(branch(index, 0));
    }

    /** The node that holds this page, made if it isn't there. */
    private AtomicReferenceArray<Object> leaf(long index) {
        AtomicReferenceArray<Object> node = root;
        for (int level = LEVELS - 1; level > 0; level--) {
            int branch = branch(index, level);
            if (node.get(branch) == null) {
                node.compareAndSet(branch, null, new AtomicReferenceArray<>(FAN));
            }
            node = child(node, branch);
        }
        return node;
    }

    private long[] pageOrNew(long index) throws NbdException {
        long[] page = page(index);
        if (page != null) {
            return page;
        }
        if (pageCount.incrementAndGet() > maxPages) {
            pageCount.decrementAndGet();
            throw new NbdException(NbdError.ENOMEM, "the map of changed blocks has reached its limit of "
                    + maxPages * PAGE_WORDS * Long.BYTES + " bytes of memory");
        }
        AtomicReferenceArray<Object> leaf = leaf(index);
        if (!leaf.compareAndSet(branch(index, 0), null, new long[PAGE_WORDS])) {
            pageCount.decrementAndGet();
        }
        return page(index);
    }

    /** The first page at or behind this number, {@link #MAX_PAGES} if there is none. */
    private long nextPage(long from) {
        long index = from;
        while (index < MAX_PAGES) {
            AtomicReferenceArray<Object> node = root;
            int level = LEVELS - 1;
            while (level > 0 && node.get(branch(index, level)) != null) {
                node = child(node, branch(index, level));
                level--;
            }
            if (level == 0 && node.get(branch(index, 0)) != null) {
                return index;
            }
            // nothing below this branch: on to the one beside it
            index = (index >>> level * FAN_BITS) + 1 << level * FAN_BITS;
        }
        return MAX_PAGES;
    }
}
