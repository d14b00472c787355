package dev.sluice.plugin.nbd;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads one reply after another and fills the requests that they belong to. One thread at a time; where one gives up, in
 * the middle of a reply as well, the next one goes on.
 */
final class Replies {
    private static final int SIMPLE_SIZE = 16;
    private static final int CHUNK_SIZE = 20;
    private static final int MAX_STATUS = 4 + 8 * (1 << 20);

    private final Wire wire;
    private final Facts facts;
    private final Requests requests;
    /** Held while something is put into the memory of a caller, which takes it away when it gives up. */
    private final ReentrantLock touching = new ReentrantLock();
    /** Whose reply, or chunk of one, was begun; null between two. */
    private Pending current;
    private boolean last;
    private int type;
    private int length;
    /** Its fixed part was taken too; of the rest so many bytes are to come, and go there. */
    private boolean inside;
    private int left;
    private ByteBuffer rest;
    private int errorCode;
    private int errorText;

    Replies(Wire wire, Facts facts, Requests requests) {
        this.wire = wire;
        this.facts = facts;
        this.requests = requests;
    }

    /** The requests that wait. */
    interface Requests {
        /** The request with this cookie; null if there is none. */
        Pending find(long cookie);

        /** Its reply is there. */
        void end(Pending request);
    }

    /** Its caller goes and takes its memory along; what still comes for it is dropped. */
    void abandon(Pending request) {
        touching.lock();
        try {
            request.abandoned = true;
        } finally {
            touching.unlock();
        }
    }

    /**
     * One reply, or one chunk of one.
     *
     * @throws GivenUpException if the caller gives up; another one goes on
     */
    void one(Waiting waiting) throws IOException {
        if (current == null) {
            begin(waiting);
        }
        content(current, waiting);
        Pending p = current;
        if (last) {
            finished(p);
            requests.end(p);
        }
        current = null;
    }

    private void begin(Waiting waiting) throws IOException {
        ByteBuffer b = wire.receive(4, waiting);
        int magic = b.getInt(b.position());
        if (magic == Proto.SIMPLE_REPLY) {
            simple(wire.receive(SIMPLE_SIZE, waiting));
        } else if (magic == Proto.STRUCTURED_REPLY && facts.structured()) {
            chunk(wire.receive(CHUNK_SIZE, waiting));
        } else {
            throw broken("a reply begins with 0x" + Integer.toHexString(magic));
        }
    }

    private void simple(ByteBuffer b) throws NbdException {
        b.getInt();
        int error = b.getInt();
        Pending p = find(b.getLong());
        last = true;
        type = Proto.CHUNK_NONE;
        length = 0;
        inside = false;
        if (error != 0) {
            p.error = failure(p, error, "");
        } else if (p.command == Proto.BLOCK_STATUS || p.command == Proto.READ && facts.structured()) {
            throw broken("it answers " + Proto.command(p.command) + " with a simple reply");
        } else if (p.command == Proto.READ) {
            type = Proto.CHUNK_OFFSET_DATA;
            expect(p, 0, p.length);
        }
        current = p;
    }

    private void chunk(ByteBuffer b) throws NbdException {
        b.getInt();
        last = (b.getShort() & Proto.CHUNK_DONE) != 0;
        type = b.getShort() & 0xffff;
        Pending p = find(b.getLong());
        length = b.getInt();
        inside = false;
        current = p;
    }

    private void content(Pending p, Waiting waiting) throws IOException {
        switch (type) {
            case Proto.CHUNK_NONE -> require(length == 0, p, type, length);
            case Proto.CHUNK_OFFSET_DATA -> {
                if (!inside) {
                    require(p.command == Proto.READ && length > 8, p, type, length);
                    expect(p, position(p, wire.receive(8, waiting).getLong(), length - 8), length - 8);
                }
                data(p, waiting);
            }
            case Proto.CHUNK_OFFSET_HOLE -> {
                require(p.command == Proto.READ && length == 12, p, type, length);
                ByteBuffer b = wire.receive(12, waiting);
                long offset = b.getLong();
                int bytes = b.getInt();
                hole(p, position(p, offset, bytes), bytes);
            }
            case Proto.CHUNK_BLOCK_STATUS -> status(p, waiting);
            default -> error(p, waiting);
        }
    }

    private void expect(Pending p, int from, int bytes) throws NbdException {
        covers(p, from, bytes);
        p.onlyHoles = false;
        rest = p.target.duplicate().limit(from + bytes).position(from);
        left = bytes;
        inside = true;
    }

    private void data(Pending p, Waiting waiting) throws IOException {
        while (left > 0) {
            int n;
            touching.lock();
            try {
                n = p.abandoned ? wire.drop(left) : wire.take(rest);
            } finally {
                touching.unlock();
            }
            left -= n;
            wire.afterRead(n, waiting);
        }
    }

    private void hole(Pending p, int from, int bytes) throws NbdException {
        covers(p, from, bytes);
        touching.lock();
        try {
            if (!p.abandoned) {
                clear(p.target.duplicate().limit(from + bytes).position(from));
            }
        } finally {
            touching.unlock();
        }
    }

    private static void clear(ByteBuffer zeroes) {
        while (zeroes.remaining() >= Long.BYTES) {
            zeroes.putLong(0);
        }
        while (zeroes.hasRemaining()) {
            zeroes.put((byte) 0);
        }
    }

    private void status(Pending p, Waiting waiting) throws IOException {
        if (!inside) {
            require(p.command == Proto.BLOCK_STATUS && length >= 12 && (length - 4) % 8 == 0 && length <= MAX_STATUS, p, type, length);
            int context = wire.receive(4, waiting).getInt() & Integer.MAX_VALUE;
            if (context != facts.context() || p.statusSeen) {
                throw broken("it answers block status for context " + context + ", which was not chosen or came before");
            }
            p.statusSeen = true;
            left = length - 4;
            inside = true;
        }
        while (left > 0) {
            ByteBuffer b = wire.receive(8, waiting);
            long bytes = Integer.toUnsignedLong(b.getInt());
            long status = Integer.toUnsignedLong(b.getInt());
            left -= 8;
            if (bytes == 0 || !p.extent(bytes, status)) {
                throw broken(bytes == 0 ? "an extent of zero bytes" : "too many extents");
            }
        }
    }

    private void error(Pending p, Waiting waiting) throws IOException {
        if (!inside) {
            require((type & Proto.CHUNK_ERROR_BIT) != 0 && length >= 6 && length <= 64 + Proto.MAX_STRING, p, type, length);
            ByteBuffer b = wire.receive(6, waiting);
            errorCode = b.getInt();
            errorText = b.getShort() & 0xffff;
            if (errorText > length - 6) {
                throw broken("an error text of " + errorText + " bytes in a chunk of " + length);
            }
            rest = ByteBuffer.allocate(length - 6);
            inside = true;
        }
        wire.receive(rest, waiting);
        if (p.error == null) {
            p.error = failure(p, errorCode, new String(rest.array(), 0, errorText, StandardCharsets.UTF_8));
        }
    }

    private static void finished(Pending p) throws NbdException {
        boolean nothing = p.command == Proto.READ ? !p.isCovered() : p.command == Proto.BLOCK_STATUS && !p.statusSeen;
        if (p.error == null && nothing) {
            throw broken("its answer to " + Proto.command(p.command) + " ends before everything was there");
        }
    }

    private Pending find(long cookie) throws NbdException {
        Pending p = requests.find(cookie);
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
