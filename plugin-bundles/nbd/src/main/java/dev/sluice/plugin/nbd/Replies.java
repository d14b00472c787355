package dev.sluice.plugin.nbd;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads one reply after another and fills the requests that they belong to. One thread at a time. */
final class Replies {
    private static final int SIMPLE_SIZE = 16;
    private static final int CHUNK_SIZE = 20;
    private static final int MAX_STATUS = 4 + 8 * (1 << 20);

    private final Wire wire;
    private final Facts facts;
    private final Requests requests;

    Replies(Wire wire, Facts facts, Requests requests) {
        this.wire = wire;
        this.facts = facts;
        this.requests = requests;
    }

    /** The requests that wait. */
    interface Requests {
        /** The request with this cookie, which nobody may take away until {@link #end}; null if there is none. */
        Pending begin(long cookie);

        /** The reader does not touch it any more. */
        void end(Pending request, boolean complete);
    }

    /** One reply, or one chunk of one. */
    void one(Waiting waiting) throws IOException {
        ByteBuffer b = wire.receive(4, waiting);
        int magic = b.getInt(b.position());
        if (magic == Proto.SIMPLE_REPLY) {
            simple(waiting);
        } else if (magic == Proto.STRUCTURED_REPLY && facts.structured()) {
            chunk(waiting);
        } else {
            throw broken("a reply begins with 0x" + Integer.toHexString(magic));
        }
    }

    private void simple(Waiting waiting) throws IOException {
        ByteBuffer b = wire.receive(SIMPLE_SIZE, waiting);
        b.getInt();
        int error = b.getInt();
        Pending p = find(b.getLong());
        boolean complete = false;
        try {
            if (error != 0) {
                p.error = failure(p, error, "");
            } else if (p.command == Proto.BLOCK_STATUS || p.command == Proto.READ && facts.structured()) {
                throw broken("it answers " + Proto.command(p.command) + " with a simple reply");
            } else if (p.command == Proto.READ) {
                data(p, 0, p.length, waiting);
            }
            complete = true;
        } finally {
            requests.end(p, complete);
        }
    }

    private void chunk(Waiting waiting) throws IOException {
        ByteBuffer b = wire.receive(CHUNK_SIZE, waiting);
        b.getInt();
        int flags = b.getShort();
        int type = b.getShort() & 0xffff;
        long cookie = b.getLong();
        int length = b.getInt();
        Pending p = find(cookie);
        boolean complete = false;
        try {
            content(p, type, length, waiting);
            if ((flags & Proto.CHUNK_DONE) != 0) {
                finished(p);
                complete = true;
            }
        } finally {
            requests.end(p, complete);
        }
    }

    private void content(Pending p, int type, int length, Waiting waiting) throws IOException {
        switch (type) {
            case Proto.CHUNK_NONE -> require(length == 0, p, type, length);
            case Proto.CHUNK_OFFSET_DATA -> {
                require(p.command == Proto.READ && length > 8, p, type, length);
                data(p, position(p, wire.receive(8, waiting).getLong(), length - 8), length - 8, waiting);
            }
            case Proto.CHUNK_OFFSET_HOLE -> {
                require(p.command == Proto.READ && length == 12, p, type, length);
                ByteBuffer b = wire.receive(12, waiting);
                long offset = b.getLong();
                int bytes = b.getInt();
                hole(p, position(p, offset, bytes), bytes);
            }
            case Proto.CHUNK_BLOCK_STATUS -> {
                require(p.command == Proto.BLOCK_STATUS && length >= 12 && (length - 4) % 8 == 0 && length <= MAX_STATUS, p, type, length);
                status(p, length, waiting);
            }
            default -> {
                require((type & Proto.CHUNK_ERROR_BIT) != 0 && length >= 6 && length <= 64 + Proto.MAX_STRING, p, type, length);
                error(p, length, waiting);
            }
        }
    }

    private void data(Pending p, int from, int bytes, Waiting waiting) throws IOException {
        covers(p, from, bytes);
        p.onlyHoles = false;
        if (p.abandoned) {
            wire.skip(bytes, waiting);
        } else {
            wire.receive(p.target.duplicate().limit(from + bytes).position(from), waiting);
        }
    }

    private static void hole(Pending p, int from, int bytes) throws NbdException {
        covers(p, from, bytes);
        if (!p.abandoned) {
            ByteBuffer zeroes = p.target.duplicate().limit(from + bytes).position(from);
            while (zeroes.remaining() >= Long.BYTES) {
                zeroes.putLong(0);
            }
            while (zeroes.hasRemaining()) {
                zeroes.put((byte) 0);
            }
        }
    }

    private void status(Pending p, int length, Waiting waiting) throws IOException {
        int context = wire.receive(4, waiting).getInt() & Integer.MAX_VALUE;
        if (context != facts.context() || p.statusSeen) {
            throw broken("it answers block status for context " + context + ", which was not chosen or came before");
        }
        p.statusSeen = true;
        for (int left = length - 4; left > 0; left -= 8) {
            ByteBuffer b = wire.receive(8, waiting);
            long bytes = Integer.toUnsignedLong(b.getInt());
            long status = Integer.toUnsignedLong(b.getInt());
            if (bytes == 0 || !p.extent(bytes, status)) {
                throw broken(bytes == 0 ? "an extent of zero bytes" : "too many extents");
            }
        }
    }

    private void error(Pending p, int length, Waiting waiting) throws IOException {
        ByteBuffer b = wire.receive(6, waiting);
        int code = b.getInt();
        int text = b.getShort() & 0xffff;
        if (text > length - 6) {
            throw broken("an error text of " + text + " bytes in a chunk of " + length);
        }
        ByteBuffer rest = ByteBuffer.allocate(length - 6);
        wire.receive(rest, waiting);
        if (p.error == null) {
            p.error = failure(p, code, new String(rest.array(), 0, text, StandardCharsets.UTF_8));
        }
    }

    private static void finished(Pending p) throws NbdException {
        boolean nothing = p.command == Proto.READ ? !p.isCovered() : p.command == Proto.BLOCK_STATUS && !p.statusSeen;
        if (p.error == null && nothing) {
            throw broken("its answer to " + Proto.command(p.command) + " ends before everything was there");
        }
    }

    private Pending find(long cookie) throws NbdException {
        Pending p = requests.begin(cookie);
        if (p == null) {
            throw broken("it answers a request that was not sent");
        }
        return p;
    }

    private static int position(Pending p, long offset, long bytes) throws NbdException {
        long at = offset - p.offset;
        if (at < 0 || bytes <= 0 || at > p.length - bytes) {
            throw broken("it answers a read with bytes that were not asked for");
        }
        return (int) at;
    }

    private static void covers(Pending p, int from, int bytes) throws NbdException {
        if (!p.cover(from, bytes)) {
            throw broken("it answers a read with the same bytes twice");
        }
    }

    private static void require(boolean kept, Pending p, int type, int length) throws NbdException {
        if (!kept) {
            throw broken("a chunk of type " + type + " and " + Integer.toUnsignedString(length) + " bytes in its answer to "
                    + Proto.command(p.command));
        }
    }

    private static NbdException failure(Pending p, int code, String text) {
        NbdError error = switch (code) {
            case 1 -> NbdError.EPERM;
            case 5 -> NbdError.EIO;
            case 12 -> NbdError.ENOMEM;
            case 28 -> NbdError.ENOSPC;
            case 75 -> NbdError.EOVERFLOW;
            case 95 -> NbdError.ENOTSUP;
            case 108 -> NbdError.ESHUTDOWN;
            default -> NbdError.EINVAL;
        };
        String said = text.replaceAll("\\p{Cntrl}", " ").strip();
        return new NbdException(error, "the server answers " + Proto.command(p.command) + " with "
                + (code == error.code() ? error : "error " + code) + (said.isEmpty() ? "" : ": " + said));
    }

    private static NbdException broken(String what) {
        return new NbdException(NbdError.EIO, "the server breaks the protocol: " + what);
    }
}
