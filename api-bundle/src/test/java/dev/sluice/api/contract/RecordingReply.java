package dev.sluice.api.contract;

import dev.sluice.api.Lease;
import dev.sluice.api.ReadReply;
import dev.sluice.api.SharedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Assembles the bytes of a read, writes down of which kinds of pieces they came, and checks the rules of
 * {@link ReadReply}. Like the core it takes references, and looks at memory and files only after the read has returned.
 */
public final class RecordingReply implements ReadReply {
    /** The kinds of pieces. */
    public enum Kind {
        /** Filled by the device. */
        BUFFER,
        /** A run of zeroes. */
        ZEROES,
        /** A range of leased memory. */
        LEASE,
        /** A range of a shared file. */
        FILE
    }

    private static final int MARGIN = 16;

    private final int length;
    private final List<Piece> pieces = new ArrayList<>();
    private int described;
    private boolean finished;

    /** For a read of this many bytes. */
    public RecordingReply(int length) {
        this.length = length;
    }

    @Override
    public int remaining() {
        Piece last = pieces.isEmpty() ? null : pieces.get(pieces.size() - 1);
        return length - described + (last != null && last.kind() == Kind.BUFFER ? last.buffer().remaining() : 0);
    }

    @Override
    public ByteBuffer buffer(int size) {
        advance(size);
        // inside of something larger, as in the core, so that code that counts from 0 is found
        ByteBuffer buffer = ByteBuffer.allocateDirect(size + 2 * MARGIN).position(MARGIN).limit(MARGIN + size);
        for (int i = MARGIN; i < MARGIN + size; i++) {
            buffer.put(i, TestBuffers.POISON);
        }
        pieces.add(new Piece(Kind.BUFFER, size, 0, buffer, null, null));
        return buffer;
    }

    @Override
    public void zeroes(int size) {
        advance(size);
        pieces.add(new Piece(Kind.ZEROES, size, 0, null, null, null));
    }

    @Override
    public void lease(Lease lease, int position, int size) {
        if (position < 0 || position > lease.memory().capacity() - size) {
            throw new AssertionError("bytes " + position + "+" + size + " are outside of the leased " + lease.memory().capacity());
        }
        advance(size);
        pieces.add(new Piece(Kind.LEASE, size, position, null, lease.retain(), null));
    }

    @Override
    public void file(SharedFile file, long position, int size) {
        if (position < 0) {
            throw new AssertionError("negative position in " + file.path() + ": " + position);
        }
        advance(size);
        pieces.add(new Piece(Kind.FILE, size, position, null, null, file.retain()));
    }

    /** The kinds of the pieces, in order. */
    public List<Kind> kinds() {
        return pieces.stream().map(Piece::kind).toList();
    }

    @Override
    public void rewind(int remaining) {
        while (described > length - remaining) {
            Piece last = pieces.remove(pieces.size() - 1);
            described -= last.size();
            try {
                last.release();
            } catch (IOException e) {
                throw new AssertionError("closing a file failed", e);
            }
        }
        if (described != length - remaining) {
            throw new AssertionError("rewind to " + remaining + " bytes, where no piece starts");
        }
    }

    /**
     * Ends the read: everything must be described and filled. References are given back.
     *
     * @return the bytes
     */
    public byte[] finish() throws IOException {
        checkLastBuffer();
        finished = true;
        try {
            if (described != length) {
                throw new AssertionError("read returned with " + (length - described) + " of " + length + " bytes not described");
            }
            ByteBuffer out = ByteBuffer.allocate(length);
            for (Piece p : pieces) {
                p.copyTo(out);
            }
            return out.array();
        } finally {
            for (Piece p : pieces) {
                p.release();
            }
        }
    }

    private void advance(int size) {
        if (finished) {
            throw new AssertionError("the reply was used after the read had returned");
        }
        checkLastBuffer();
        if (size < 1 || size > remaining()) {
            throw new AssertionError("a piece of " + size + " bytes where " + remaining() + " remain");
        }
        described += size;
    }

    private void checkLastBuffer() {
        if (!pieces.isEmpty()) {
            Piece last = pieces.get(pieces.size() - 1);
            if (last.kind() == Kind.BUFFER && (last.buffer().hasRemaining() || last.buffer().limit() != MARGIN + last.size())) {
                throw new AssertionError("a buffer of " + last.size() + " bytes was left with " + last.buffer().remaining()
                        + " bytes not filled, or with another limit");
            }
        }
    }

    private record Piece(Kind kind, int size, long position, ByteBuffer buffer, Lease lease, SharedFile file) {
        void copyTo(ByteBuffer out) throws IOException {
            switch (kind) {
                case BUFFER -> out.put(buffer.duplicate().limit(MARGIN + size).position(MARGIN));
                case ZEROES -> out.put(new byte[size]);
                case LEASE -> out.put(lease.memory().duplicate().clear().position((int) position).limit((int) position + size));
                case FILE -> {
                    ByteBuffer part = ByteBuffer.allocate(size);
                    while (part.hasRemaining()) {
                        if (file.channel().read(part, position + part.position()) < 0) {
                            throw new AssertionError("a range behind the end of " + file.path() + ": " + position + "+" + size);
                        }
                    }
                    out.put(part.flip());
                }
                default -> throw new AssertionError(kind);
            }
        }

        void release() throws IOException {
            if (lease != null) {
                lease.close();
            }
            if (file != null) {
                file.close();
            }
        }
    }
}
