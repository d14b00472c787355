package dev.sluice.core.chain;

import dev.sluice.api.Lease;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.util.Reads;
import dev.sluice.core.util.Deadline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Reads two devices from end to end and finds the first difference. */
final class ContentComparison {
    private static final int PIECE = 1 << 20;

    private ContentComparison() {
    }

    static void compare(OpenDevice left, OpenDevice right, Duration atMost) throws NbdException {
        Services services = left.scope.services();
        Deadline deadline = Deadline.after(services.platform(), atMost);
        long size = Math.min(left.info().size(), right.info().size());
        DeviceNode a = node(left);
        DeviceNode b = node(right);
        try (Lease first = services.buffers().lease(PIECE); Lease second = services.buffers().lease(PIECE)) {
            for (long at = 0; size - at > 0; at += PIECE) {
                if (deadline.isOver()) {
                    throw new NbdException(NbdError.EIO, "comparing the contents of " + left.layer.kind() + " and " + right.layer.kind()
                            + " was not done within " + atMost.toMillis() + " ms");
                }
                int n = (int) Math.min(PIECE, size - at);
                ByteBuffer x = first.memory().duplicate().clear().limit(n);
                ByteBuffer y = second.memory().duplicate().clear().limit(n);
                Reads.into(a, at, x);
                Reads.into(b, at, y);
                int differs = x.flip().mismatch(y.flip());
                if (differs >= 0) {
                    throw new NbdException(NbdError.EINVAL, left.layer.kind() + " and " + right.layer.kind() + " differ at byte "
                            + (at + differs) + "; say --changes-data if that is meant");
                }
            }
        } catch (NbdException e) {
            throw e;
        } catch (IOException e) {
            throw new NbdException(NbdError.EIO, "comparing contents: " + e.getMessage(), e);
        }
    }

    private static DeviceNode node(OpenDevice device) {
        DeviceNode node = new DeviceNode(device.exportName, device.readOnly);
        node.device = device;
        return node;
    }
}
