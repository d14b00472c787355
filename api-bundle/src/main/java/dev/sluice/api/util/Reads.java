package dev.sluice.api.util;

import dev.sluice.api.Lease;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.SharedFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads from a device into memory: for filters that look at bytes. */
public final class Reads {
    private Reads() {
    }

    /**
     * Fills the buffer to its limit with the device's bytes from {@code offset}.
     *
     * @param into direct, from {@code OpenRequest.buffers()} for instance; unchanged position if this throws
     */
    public static void into(NbdDevice device, long offset, ByteBuffer into) throws IOException {
        int length = into.remaining();
        if (length == 0) {
            return;
        }
        int start = into.position();
        BufferReply reply = new BufferReply(into);
        try {
            device.read(offset, length, reply);
        } catch (IOException | RuntimeException e) {
            into.position(start);
            throw e;
        }
        if (reply.remaining() != 0) {
            into.position(start);
            throw new NbdException(NbdError.EIO, "the layer below described " + (length - reply.remaining()) + " of " + length + " bytes");
        }
        into.position(start + length);
    }

    /** Copies what is described into one buffer. */
    private static final class BufferReply implements ReadReply {
        private final ByteBuffer target;
        private final int end;
        private int next;
        private ByteBuffer open;

        BufferReply(ByteBuffer target) {
            this.target = target.duplicate();
            this.next = target.position();
            this.end = target.limit();
        }

        @Override
        public int remaining() {
            settle();
            return end - next;
        }

        @Override
        public void rewind(int remaining) {
            open = null;
            next = end - remaining;
        }

        @Override
        public ByteBuffer buffer(int length) throws NbdException {
            ByteBuffer piece = piece(length);
            open = piece;
            return piece;
        }

        @Override
        public void zeroes(int length) throws NbdException {
            ByteBuffer piece = piece(length);
            while (piece.remaining() >= Long.BYTES) {
                piece.putLong(0);
            }
            while (piece.hasRemaining()) {
                piece.put((byte) 0);
            }
            next += length;
        }

        @Override
        public void lease(Lease lease, int position, int length) throws NbdException {
            ByteBuffer piece = piece(length);
            piece.put(piece.position(), lease.memory(), position, length);
            next += length;
        }

        @Override
        public void file(SharedFile file, long position, int length) throws NbdException {
            ByteBuffer piece = piece(length);
            try {
                long at = position;
                while (piece.hasRemaining()) {
                    int n = file.channel().read(piece, at);
                    if (n < 0) {
                        throw new NbdException(NbdError.EIO, file.path() + " ended at " + at + ", it has become shorter");
                    }
                    at += n;
                }
            } catch (NbdException e) {
                throw e;
            } catch (IOException e) {
                throw new NbdException(NbdError.EIO, "reading " + file.path() + ": " + e.getMessage(), e);
            }
            next += length;
        }

        /** Counts the bytes of the buffer that was offered last. */
        private void settle() {
            if (open != null) {
                next = open.position();
                open = null;
            }
        }

        private ByteBuffer piece(int length) throws NbdException {
            settle();
            if (length <= 0 || length > end - next) {
                throw new NbdException(NbdError.EIO, "a read described " + length + " bytes where " + (end - next) + " were left");
            }
            ByteBuffer piece = target.duplicate();
            piece.limit(next + length).position(next);
            return piece;
        }
    }
}
