package dev.sluice.filter.cow;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Support;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes the changes of an overlay into the layer behind. The overlay forgets them only when all of them are on stable
 * storage there; until then it covers what is half written, so a failure changes nothing for clients.
 */
final class Commit {
    private final Overlay overlay;
    private final NbdDevice target;
    private final DeviceInfo info;
    private final int piece;

    private Commit(Overlay overlay, NbdDevice target) {
        this.overlay = overlay;
        this.target = target;
        this.info = target.info();
        BlockSizes sizes = info.blockSizes();
        long most = sizes.isNone() ? Overlay.PIECE : Math.min(Overlay.PIECE, sizes.maximum());
        int unit = Math.max(1, sizes.minimum());
        piece = (int) Math.max(unit, most / unit * unit);
    }

    /**
     * Runs to its end; no request may be inside.
     *
     * @param target prepared
     * @throws NbdException why not, or what failed
     */
    static void run(Overlay overlay, NbdDevice target, OpenRequest request) throws IOException {
        Commit commit = new Commit(overlay, target);
        commit.check();
        try (Lease lease = request.buffers().lease(commit.piece)) {
            commit.copy(lease, request);
        }
        if (commit.info.canFlush()) {
            target.flush();
        }
        overlay.reset();
        overlay.flush();
    }

    private void check() throws NbdException {
        String why = null;
        if (!info.isWritable()) {
            why = "the layer behind is read-only";
        } else if (info.size() < overlay.size()) {
            why = "the layer behind has only " + info.size() + " of " + overlay.size() + " bytes";
        } else if (info.blockSizes().minimum() > overlay.blockSize()) {
            why = "the layer behind takes blocks of " + info.blockSizes().minimum() + " bytes, the overlay has blocks of "
                    + overlay.blockSize();
        }
        if (why != null) {
            throw new NbdException(NbdError.EPERM, "cow can't commit the overlay of export '" + overlay.export() + "': " + why);
        }
    }

    private void copy(Lease lease, OpenRequest request) throws IOException {
        long size = overlay.size();
        long at = 0;
        while (at < size) {
            int state = overlay.state(at);
            long end = overlay.runEnd(at, state, size);
            while (state != Overlay.UNTOUCHED && at < end) {
                request.cancellation().check();
                if (state == Overlay.ZERO && info.zero() != Support.NONE) {
                    target.zero(at, end - at, Flags.of(Flags.MAY_TRIM));
                    at = end;
                } else {
                    int n = (int) Math.min(piece, end - at);
                    target.write(at, bytes(lease, at, n, state), Flags.NONE);
                    at += n;
                }
            }
            at = end;
        }
    }

    private ByteBuffer bytes(Lease lease, long at, int length, int state) throws NbdException {
        ByteBuffer bytes = lease.memory().duplicate().clear().limit(length);
        if (state == Overlay.DATA) {
            overlay.read(at, bytes);
        } else {
            while (bytes.hasRemaining()) {
                bytes.put((byte) 0);
            }
        }
        return bytes.flip();
    }
}
