package dev.sluice.core.chain;

import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.util.Reads;
import dev.sluice.core.protocol.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Operations that the core makes of others where a layer lacks them, as nbdkit's core does: zero from write, cache from
 * read.
 */
final class Emulation {
    /** Zeroes to write; never changed. Pieces are as large as this, so that a huge zero needs no huge buffer. */
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

    private Emulation() {
    }

    /** Writes zeroes over the range; the flags go to each write. */
    static void zeroByWriting(NbdDevice target, long offset, long length, Flags flags) throws IOException {
        long at = offset;
        long left = length;
        while (left > 0) {
            int n = (int) Math.min(left, ZEROES.capacity());
            target.write(at, ZEROES.slice(0, n), flags);
            at += n;
            left -= n;
        }
    }

    /** Reads the range and drops it. */
    static void cacheByReading(Services services, NbdDevice target, long offset, long length) throws IOException {
        int piece = (int) Math.min(length, Math.min(1 << 20, Limits.MAX_PAYLOAD));
        try (Lease lease = services.buffers().lease(piece)) {
            long at = offset;
            long left = length;
            while (left > 0) {
                int n = (int) Math.min(left, piece);
                Reads.into(target, at, lease.memory().duplicate().clear().limit(n));
                at += n;
                left -= n;
            }
        }
    }
}
