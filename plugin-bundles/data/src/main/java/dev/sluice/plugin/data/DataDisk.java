package dev.sluice.plugin.data;

import dev.sluice.api.Buffers;
import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The image and what clients have changed in it, in pages: one that was written to lies in memory of the core, one that was
 * zeroed where the image has data is remembered as such. Everything else is read from the image, so that a disk takes
 * memory for changes alone. Safe for use by several threads, one at a time.
 */
final class DataDisk {
    static final int PAGE = 32 << 10;

    /** From here on a piece of a page leaves it without a copy. */
    private static final int LEASED = 4096;
    /** What is read from the image at a time, so that a large read takes many small buffers and no huge one. */
    private static final int PIECE = 1 << 20;
    /** What a zeroed range takes is small, but clients must not fill the heap with many. */
    private static final int MAX_ZEROED = 1 << 20;
    /** How many pages are looked at for one answer about the status: enough for any client, and soon done. */
    private static final int MAX_STATUS = 1 << 16;
    private static final int HOLE = MetaContext.HOLE | MetaContext.ZERO;

    private final Image image;
    private final long size;
    private final Buffers buffers;
    /** Pages that were written to; the rest of this class is guarded by {@code this}. */
    private final TreeMap<Long, Lease> pages;
    /** Ranges of pages that were zeroed, from the first to the last one; none of them is in {@link #pages}. */
    private final TreeMap<Long, Long> zeroed;

    DataDisk(Image image, Buffers buffers) {
        this(image, buffers, new TreeMap<>(), new TreeMap<>());
    }

    private DataDisk(Image image, Buffers buffers, TreeMap<Long, Lease> pages, TreeMap<Long, Long> zeroed) {
        this.image = image;
        this.size = image.length();
        this.buffers = buffers;
        this.pages = pages;
        this.zeroed = zeroed;
    }

    /** From the state of a predecessor: its very pages. */
    @SuppressWarnings("unchecked")
    static DataDisk adopt(Map<String, Object> state, Buffers buffers) {
        return new DataDisk(ImageState.from((List<List<Object>>) state.get("image")), buffers,
                (TreeMap<Long, Lease>) state.get("pages"), (TreeMap<Long, Long>) state.get("zeroed"));
    }

    /** For a hand-over; the references of the pages go with it. */
    synchronized Map<String, Object> state() {
        return Map.of("image", ImageState.of(image), "pages", pages, "zeroed", zeroed);
    }

    long size() {
        return size;
    }

    /** Gives the pages back. */
    synchronized void close() {
        pages.values().forEach(Lease::close);
        pages.clear();
        zeroed.clear();
    }

    synchronized void read(long offset, int length, ReadReply reply) throws NbdException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long number = at / PAGE;
            Lease page = pages.get(number);
            if (page != null) {
                int start = (int) (at % PAGE);
                int n = (int) Math.min(PAGE - start, end - at);
                if (n >= LEASED) {
                    reply.lease(page, start, n);
                } else {
                    ByteBuffer buffer = reply.buffer(n);
                    buffer.put(buffer.position(), page.memory(), start, n).position(buffer.position() + n);
                }
                at += n;
            } else if (isZeroed(number)) {
                long next = Math.min(end, start(zeroed.floorEntry(number).getValue() + 1));
                reply.zeroes((int) (next - at));
                at = next;
            } else {
                long next = Math.min(end, untouchedEnd(number));
                readImage(at, next, reply);
                at = next;
            }
        }
    }

    private void readImage(long from, long to, ReadReply reply) throws NbdException {
        long at = from;
        while (at < to) {
            long next = Math.min(to, image.runEnd(at));
            if (image.isHole(at) && (next == to || next - at >= PAGE)) {
                reply.zeroes((int) (next - at));
            } else {
                // up to the next page, over the short holes that may come
                next = Math.min(to, Math.max(next, start(at / PAGE + 1)));
                next = at + Math.min(next - at, PIECE);
                image.read(at, (int) (next - at), reply.buffer((int) (next - at)));
            }
            at = next;
        }
    }

    synchronized void write(long offset, ByteBuffer data) throws NbdException {
        long at = offset;
        while (data.hasRemaining()) {
            int start = (int) (at % PAGE);
            int n = Math.min(PAGE - start, data.remaining());
            page(at / PAGE, n == PAGE).memory().put(start, data, data.position(), n);
            data.position(data.position() + n);
            at += n;
        }
    }

    /** The page in memory; made of what it reads as, unless all of it is overwritten anyway. */
    private Lease page(long number, boolean whole) throws NbdException {
        Lease page = pages.get(number);
        if (page == null) {
            page = lease();
            if (isZeroed(number)) {
                takeOutOfZeroed(number);
            } else if (!whole) {
                image.read(start(number), pageLength(number), page.memory().duplicate().clear());
            }
            pages.put(number, page);
        }
        return page;
    }

    private Lease lease() throws NbdException {
        try {
            return buffers.zeroed(PAGE);
        } catch (NbdException e) {
            throw e.error() == NbdError.ENOMEM ? new NbdException(NbdError.ENOSPC, e.getMessage(), e) : e;
        }
    }

    synchronized void zero(long offset, long length) throws NbdException {
        long end = offset + length;
        long first = offset / PAGE;
        long last = (end - 1) / PAGE;
        if (offset % PAGE != 0) {
            zeroPart(first, offset, Math.min(end, start(first + 1)));
            first++;
        }
        if (first <= last && end != size && end % PAGE != 0) {
            zeroPart(last, start(last), end);
            last--;
        }
        if (first <= last) {
            zeroPages(first, last);
        }
    }

    private void zeroPart(long number, long from, long to) throws NbdException {
        if (!pages.containsKey(number) && (isZeroed(number) || isHole(from, to))) {
            return;
        }
        int start = (int) (from % PAGE);
        page(number, false).memory().duplicate().clear().position(start).put(new byte[(int) (to - from)]);
    }

    private void zeroPages(long first, long last) throws NbdException {
        // whatever was zeroed in there becomes a part of the new range
        long from = first;
        long to = last;
        Map.Entry<Long, Long> before = zeroed.floorEntry(first);
        if (before != null && before.getValue() >= first - 1) {
            from = before.getKey();
            to = Math.max(to, before.getValue());
        }
        Map.Entry<Long, Long> inside = zeroed.floorEntry(last == Long.MAX_VALUE ? last : last + 1);
        if (inside != null && inside.getKey() >= first) {
            to = Math.max(to, inside.getValue());
        }
        boolean remember = from != first || to != last || !isHole(start(first), pageEnd(last));
        if (remember) {
            Map<Long, Long> merged = zeroed.subMap(from, true, to, true);
            if (merged.isEmpty() && zeroed.size() >= MAX_ZEROED) {
                throw new NbdException(NbdError.ENOSPC, "this disk remembers at most " + MAX_ZEROED + " zeroed ranges");
            }
            merged.clear();
            zeroed.put(from, to);
        }
        Map<Long, Lease> dropped = pages.subMap(first, true, last, true);
        dropped.values().forEach(Lease::close);
        dropped.clear();
    }

    /** Whether the image is one hole there. */
    private boolean isHole(long from, long to) {
        long at = from;
        for (int i = 0; at < to; i++) {
            if (i == MAX_STATUS || !image.isHole(at)) {
                return false;
            }
            at = image.runEnd(at);
        }
        return true;
    }

    private boolean isZeroed(long number) {
        Map.Entry<Long, Long> range = zeroed.floorEntry(number);
        return range != null && range.getValue() >= number;
    }

    private void takeOutOfZeroed(long number) {
        Map.Entry<Long, Long> range = zeroed.floorEntry(number);
        long first = range.getKey();
        long last = range.getValue();
        zeroed.remove(first);
        if (first < number) {
            zeroed.put(first, number - 1);
        }
        if (last > number) {
            zeroed.put(number + 1, last);
        }
    }

    /** Where the next page that was written to or zeroed starts, behind one that was not; else the end of the disk. */
    private long untouchedEnd(long number) {
        Long page = pages.higherKey(number);
        Long zero = zeroed.higherKey(number);
        long end = size;
        end = page == null ? end : Math.min(end, start(page));
        return zero == null ? end : Math.min(end, start(zero));
    }

    synchronized void status(long offset, long length, Flags flags, StatusSink sink) throws NbdException {
        long at = offset;
        long end = Math.min(size, offset + length);
        boolean more = true;
        for (int i = 0; i < MAX_STATUS && more && at < end; i++) {
            long number = at / PAGE;
            long next;
            int status;
            if (pages.containsKey(number)) {
                status = 0;
                next = pageEnd(number);
            } else if (isZeroed(number)) {
                status = HOLE;
                next = pageEnd(zeroed.floorEntry(number).getValue());
            } else {
                long limit = untouchedEnd(number);
                boolean hole = isHole(start(number), pageEnd(number));
                status = hole ? HOLE : 0;
                // a long run is taken at once, down to the last page that lies in it as a whole
                long run = Math.min(limit, image.runEnd(at));
                long whole = run == size ? size : start(run / PAGE);
                boolean same = image.isHole(at) == hole && whole > at;
                next = same ? whole : pageEnd(number);
            }
            more = sink.extent(at, next - at, status) && !flags.reqOne();
            at = next;
        }
    }

    /** Saturated, for the page behind the last one of the largest disk. */
    private static long start(long number) {
        return number > Long.MAX_VALUE / PAGE ? Long.MAX_VALUE : number * PAGE;
    }

    private long pageEnd(long number) {
        return Math.min(size, start(number + 1));
    }

    private int pageLength(long number) {
        return (int) (pageEnd(number) - start(number));
    }
}
