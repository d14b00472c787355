package dev.sluice.plugin.memory;

import dev.sluice.api.Flags;
import dev.sluice.api.LayerContext;
import dev.sluice.api.Lease;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Pages of the core's direct memory, for platforms without files in memory. A page exists from its first write until it
 * is zeroed as a whole; reads hand pages out without a copy.
 */
final class PageStore implements Store {
    static final int PAGE = 32 << 10;

    private static final int LOCKS = 64;
    private static final int HOLE = MetaContext.HOLE | MetaContext.ZERO;

    private final LayerContext context;
    private final long size;
    private final ConcurrentNavigableMap<Long, Lease> pages;
    /** Each guards the pages of its number modulo {@link #LOCKS}: between finding a page and retaining or filling it. */
    private final Object[] locks = new Object[LOCKS];

    private PageStore(LayerContext context, long size, ConcurrentNavigableMap<Long, Lease> pages) {
        this.context = context;
        this.size = size;
        this.pages = pages;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new Object();
        }
    }

    static Store create(LayerContext context, long size) {
        return new PageStore(context, size, new ConcurrentSkipListMap<>());
    }

    /** From the state of a predecessor: its very map, so that the predecessor knows it again if it comes back. */
    @SuppressWarnings("unchecked")
    static Store adopt(LayerContext context, Map<String, Object> state) {
        return new PageStore(context, (Long) state.get("size"), (ConcurrentNavigableMap<Long, Lease>) state.get("pages"));
    }

    @Override
    public boolean isSparse() {
        return true;
    }

    @Override
    public View view() {
        return new PageView();
    }

    @Override
    public Map<String, Object> state() {
        return Map.of("size", size, "pages", pages);
    }

    @Override
    public boolean takeBack(Map<String, Object> state) {
        return state.get("pages") == pages;
    }

    @Override
    public void close() {
        pages.values().forEach(Lease::close);
        pages.clear();
    }

    private Lease page(long number) throws NbdException {
        Lease page = pages.get(number);
        if (page == null) {
            try {
                page = context.buffers().zeroed(PAGE);
            } catch (NbdException e) {
                throw FileStore.full(e);
            }
            pages.put(number, page);
        }
        return page;
    }

    private void zeroPage(long number, long offset, long end) {
        long pageStart = number * PAGE;
        int from = (int) Math.max(0, offset - pageStart);
        int to = (int) Math.min(PAGE, end - pageStart);
        synchronized (lock(number)) {
            if (to - from == PAGE || from == 0 && end == size) {
                Lease page = pages.remove(number);
                if (page != null) {
                    page.close();
                }
            } else {
                Lease page = pages.get(number);
                if (page != null) {
                    page.memory().duplicate().clear().position(from).put(new byte[to - from]);
                }
            }
        }
    }

    private Object lock(long number) {
        return locks[(int) (number % LOCKS)];
    }

    /** Stateless: all connections see the same pages. */
    private final class PageView implements View {
        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            long at = offset;
            while (reply.remaining() > 0) {
                long number = at / PAGE;
                int start = (int) (at % PAGE);
                int n = Math.min(PAGE - start, reply.remaining());
                synchronized (lock(number)) {
                    Lease page = pages.get(number);
                    if (page == null) {
                        reply.zeroes(n);
                    } else {
                        reply.lease(page, start, n);
                    }
                }
                at += n;
            }
        }

        @Override
        public void write(long offset, ByteBuffer data) throws IOException {
            long at = offset;
            int end = data.limit();
            while (data.hasRemaining()) {
                long number = at / PAGE;
                int start = (int) (at % PAGE);
                int n = Math.min(PAGE - start, data.remaining());
                data.limit(data.position() + n);
                synchronized (lock(number)) {
                    page(number).memory().duplicate().clear().position(start).put(data);
                }
                data.limit(end);
                at += n;
            }
        }

        @Override
        public void zero(long offset, long length) {
            long end = offset + length;
            Long number = pages.ceilingKey(offset / PAGE);
            while (number != null && number * PAGE < end) {
                zeroPage(number, offset, end);
                number = pages.higherKey(number);
            }
        }

        @Override
        public void status(long offset, long length, Flags flags, StatusSink sink) throws IOException {
            long at = offset;
            long end = offset + length;
            boolean more = true;
            while (more && at < end) {
                Long number = pages.ceilingKey(at / PAGE);
                if (number == null) {
                    sink.extent(at, size - at, HOLE);
                    return;
                }
                long data = Math.max(at, number * PAGE);
                if (data > at) {
                    more = sink.extent(at, data - at, HOLE) && !flags.reqOne();
                }
                at = data;
                if (more && at < end) {
                    long next = Math.min(size, number > Long.MAX_VALUE / PAGE - 1 ? size : (number + 1) * PAGE);
                        more = sink.extent(at, next - at, 0);
                    at = next;
                }
            }
        }

        @Override
        public void close() {
            // The pages belong to the store.
        }
    }
}
