package dev.sluice.core.transmission;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.SharedFile;
import dev.sluice.core.buffer.PooledBuffer;
import dev.sluice.core.protocol.Limits;
import dev.sluice.core.protocol.Magic;
import dev.sluice.core.protocol.ReplyChunk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes replies into a batch: simple, structured or extended, as the session has negotiated (NBD specification,
 * "Simple reply message", "Structured reply chunk message"; extension EXTENDED_HEADERS).
 *
 * <pre>
 *  simple      0 magic 4 | 4 error 4 | 8 cookie 8
 *  structured  0 magic 4 | 4 flags 2 | 6 type 2 | 8 cookie 8 | 16 length 4
 *  extended    0 magic 4 | 4 flags 2 | 6 type 2 | 8 cookie 8 | 16 offset 8 | 24 length 8
 * </pre>
 */
final class ReplyEncoder {
    private static final int SIMPLE = 16;
    private static final int STRUCTURED = 20;
    private static final int EXTENDED = 32;
    private static final int MAX_TEXT = 1024;
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

    private final boolean structured;
    private final boolean extended;
    private final int chunkHeader;

    ReplyEncoder(SessionFacts session) {
        structured = session.structured();
        extended = session.extended();
        chunkHeader = extended ? EXTENDED : STRUCTURED;
    }

    /** Bytes in front of the first data of a read. */
    int readHeader() {
        return structured ? chunkHeader + Long.BYTES : SIMPLE;
    }

    /** A command without data succeeded. */
    void success(Batch out, Request r) throws NbdException {
        if (extended) {
            chunk(out, r, ReplyChunk.NONE, ReplyChunk.FLAG_DONE, 0, 0);
        } else {
            simpleHeader(out, r, 0);
        }
    }

    /** A request failed. */
    void error(Batch out, Request r, NbdError error, String text) throws NbdException {
        int code = WireErrors.code(error, r);
        if (!structured) {
            simpleHeader(out, r, code);
            return;
        }
        byte[] message = clipped(text);
        int at = chunk(out, r, ReplyChunk.ERROR, ReplyChunk.FLAG_DONE, 6L + message.length, 6 + message.length);
        ByteBuffer m = out.memory();
        m.putInt(at, code);
        m.putShort(at + 4, (short) message.length);
        m.put(at + 6, message);
    }

    /** A read succeeded: its pieces, in order. */
    void read(Batch out, Request r, Reply reply) throws NbdException {
        reply.settle();
        if (reply.isOneStretch()) {
            int at = reply.headerAt();
            int length = reply.length(0);
            if (structured) {
                header(out.memory(), at, r, ReplyChunk.OFFSET_DATA, ReplyChunk.FLAG_DONE, Long.BYTES + (long) length);
                out.memory().putLong(at + chunkHeader, r.offset);
            } else {
                simple(out.memory(), at, r, 0);
            }
            out.addArena(at, reply.headerRoom() + length);
        } else if (structured) {
            structuredRead(out, r, reply);
        } else {
            simpleRead(out, r, reply);
        }
        reply.done();
    }

    private void simpleRead(Batch out, Request r, Reply reply) throws NbdException {
        if (reply.headerRoomIsCurrent()) {
            simple(out.memory(), reply.headerAt(), r, 0);
            out.addArena(reply.headerAt(), SIMPLE);
        } else {
            simpleHeader(out, r, 0);
        }
        long offset = r.offset;
        for (int i = 0; i < reply.count(); i++) {
            piece(out, reply, i, offset);
            offset += reply.length(i);
        }
    }

    private void structuredRead(Batch out, Request r, Reply reply) throws NbdException {
        boolean mayFail = false;
        for (int i = 0; i < reply.count(); i++) {
            mayFail |= reply.kind(i) == Reply.RANGE;
        }
        // All headers at once, before anything is added: a lack of memory must not leave half a reply behind.
        out.ensure((reply.count() + 1) * (chunkHeader + 12));
        boolean oneChunk = r.has(dev.sluice.core.protocol.Command.FLAG_DF);
        long offset = r.offset;
        int i = 0;
        while (i < reply.count()) {
            boolean hole = !oneChunk && reply.kind(i) == Reply.ZEROES;
            int end = i;
            long length = 0;
            while (end < reply.count() && (oneChunk || (reply.kind(end) == Reply.ZEROES) == hole)) {
                length += reply.length(end++);
            }
            int flags = end == reply.count() && !mayFail ? ReplyChunk.FLAG_DONE : 0;
            if (hole) {
                int at = chunk(out, r, ReplyChunk.OFFSET_HOLE, flags, 12, 12);
                out.memory().putLong(at, offset);
                out.memory().putInt(at + 8, (int) length);
            } else {
                dataHeader(out, r, reply, i == 0, flags, offset, length);
                long at = offset;
                for (int p = i; p < end; p++) {
                    piece(out, reply, p, at);
                    at += reply.length(p);
                }
            }
            offset += length;
            i = end;
        }
        if (mayFail) {
            out.ensure(chunkHeader);
            int at = out.used();
            out.setUsed(at + chunkHeader);
            header(out.memory(), at, r, ReplyChunk.NONE, ReplyChunk.FLAG_DONE, 0);
            out.addEnd(at, chunkHeader);
        }
    }

    private void dataHeader(Batch out, Request r, Reply reply, boolean first, int flags, long offset, long length) throws NbdException {
        int at;
        if (first && reply.headerRoomIsCurrent()) {
            at = reply.headerAt();
        } else {
            out.ensure(readHeader());
            at = out.used();
            out.setUsed(at + readHeader());
        }
        header(out.memory(), at, r, ReplyChunk.OFFSET_DATA, flags, Long.BYTES + length);
        out.memory().putLong(at + chunkHeader, offset);
        out.addArena(at, readHeader());
    }

    private static void piece(Batch out, Reply reply, int i, long offset) {
        int length = reply.length(i);
        int at = (int) reply.position(i);
        switch (reply.kind(i)) {
            case Reply.ARENA -> {
                PooledBuffer arena = (PooledBuffer) reply.ref(i);
                if (arena == out.arena()) {
                    out.addArena(at, length);
                } else {
                    out.addMemory(arena.whole().slice(at, length), null);
                }
            }
            case Reply.OWN -> {
                PooledBuffer own = (PooledBuffer) reply.ref(i);
                out.addMemory(own.memory().clear().limit(length), own);
            }
            case Reply.LEASE -> {
                dev.sluice.api.Lease lease = (dev.sluice.api.Lease) reply.ref(i);
                out.addMemory(lease.memory().slice(at, length), lease);
            }
            case Reply.RANGE -> out.addFile((SharedFile) reply.ref(i), reply.position(i), length, offset);
            default -> {
                for (int left = length; left > 0; left -= Math.min(left, ZEROES.capacity())) {
                    out.addMemory(ZEROES.slice(0, Math.min(left, ZEROES.capacity())), null);
                }
            }
        }
    }

    /**
     * Makes room for all chunks of a status.
     *
     * @throws NbdException there is none; nothing was added
     */
    void prepareStatus(Batch out, Extents[] all) throws NbdException {
        int sum = 0;
        for (Extents e : all) {
            sum += chunkHeader + statusBytes(e);
        }
        out.ensure(sum);
    }

    private int statusBytes(Extents extents) {
        return extended ? 8 + 16 * extents.count() : 4 + 8 * extents.count();
    }

    /** The status of one context: descriptors of length and status, cut to what the reply can carry. */
    void status(Batch out, Request r, Extents extents, int context, boolean last) throws NbdException {
        int n = extents.count();
        int perDescriptor = extended ? 16 : 8;
        int fixed = extended ? 8 : 4;
        int size = statusBytes(extents);
        int type = extended ? ReplyChunk.BLOCK_STATUS_EXT : ReplyChunk.BLOCK_STATUS;
        int at = chunk(out, r, type, last ? ReplyChunk.FLAG_DONE : 0, size, size);
        ByteBuffer m = out.memory();
        m.putInt(at, context);
        if (extended) {
            m.putInt(at + 4, n);
        }
        int p = at + fixed;
        for (int i = 0; i < n; i++) {
            if (extended) {
                m.putLong(p, extents.length(i));
                m.putLong(p + 8, extents.status(i));
            } else {
                m.putInt(p, (int) extents.length(i));
                m.putInt(p + 4, (int) extents.status(i));
            }
            p += perDescriptor;
        }
    }

    /** Whether data that fails while it is sent can still be followed by an error. */
    boolean canFailInFlight() {
        return structured;
    }

    /**
     * The chunk that ends a reply whose data could not be sent from {@code offset} on, in place of the end marker.
     *
     * @param end the NONE chunk that would have ended it
     */
    ByteBuffer failedInFlight(ByteBuffer end, long offset, String text) {
        byte[] message = clipped(text);
        ByteBuffer b = ByteBuffer.allocateDirect(chunkHeader + 6 + message.length + Long.BYTES);
        Request r = new Request();
        r.cookie = end.getLong(end.position() + 8);
        r.offset = extended ? end.getLong(end.position() + 16) : 0;
        header(b, 0, r, ReplyChunk.ERROR_OFFSET, ReplyChunk.FLAG_DONE, 6L + message.length + Long.BYTES);
        b.putInt(chunkHeader, NbdError.EIO.code());
        b.putShort(chunkHeader + 4, (short) message.length);
        b.put(chunkHeader + 6, message);
        b.putLong(chunkHeader + 6 + message.length, offset);
        return b;
    }

    /** A chunk header in the arena, and room behind it; answers where the room starts. */
    private int chunk(Batch out, Request r, int type, int flags, long length, int room) throws NbdException {
        out.ensure(chunkHeader + room);
        int at = out.used();
        out.setUsed(at + chunkHeader + room);
        header(out.memory(), at, r, type, flags, length);
        out.addArena(at, chunkHeader + room);
        return at + chunkHeader;
    }

    private void simpleHeader(Batch out, Request r, int error) throws NbdException {
        out.ensure(SIMPLE);
        int at = out.used();
        out.setUsed(at + SIMPLE);
        simple(out.memory(), at, r, error);
        out.addArena(at, SIMPLE);
    }

    private static void simple(ByteBuffer m, int at, Request r, int error) {
        m.putInt(at, Magic.SIMPLE_REPLY);
        m.putInt(at + 4, error);
        m.putLong(at + 8, r.cookie);
    }

    private void header(ByteBuffer m, int at, Request r, int type, int flags, long length) {
        m.putInt(at, extended ? Magic.EXTENDED_REPLY : Magic.STRUCTURED_REPLY);
        m.putShort(at + 4, (short) flags);
        m.putShort(at + 6, (short) type);
        m.putLong(at + 8, r.cookie);
        if (extended) {
            m.putLong(at + 16, r.offset);
            m.putLong(at + 24, length);
        } else {
            m.putInt(at + 16, (int) length);
        }
    }

    /** At most {@link #MAX_TEXT} bytes of UTF-8, cut between characters; well below the limit of the specification. */
    private static byte[] clipped(String text) {
        byte[] bytes = (text == null ? "" : text).getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= Math.min(MAX_TEXT, Limits.MAX_STRING)) {
            return bytes;
        }
        int end = MAX_TEXT;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return java.util.Arrays.copyOf(bytes, end);
    }
}
