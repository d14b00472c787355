package dev.sluice.shared.script;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes what a child writes to its standard output. Not for use by several threads. */
interface Output {
    /** The next bytes; false if the child says more than it may and is to be ended. */
    boolean take(byte[] bytes, int length) throws IOException;

    /** Text of at most this many bytes. */
    final class Text implements Output {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final int limit;

        Text(int limit) {
            this.limit = limit;
        }

        @Override
        public boolean take(byte[] more, int length) {
            bytes.write(more, 0, Math.min(length, limit - bytes.size()));
            return bytes.size() < limit;
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }

    /** Exactly as many bytes as a buffer has room for; what comes beyond is counted only. */
    final class Data implements Output {
        private final ByteBuffer target;
        private long count;

        Data(ByteBuffer target) {
            this.target = target;
        }

        @Override
        public boolean take(byte[] more, int length) {
            target.put(more, 0, Math.min(length, target.remaining()));
            count += length;
            return target.hasRemaining() || count <= target.limit() + (1L << 20);
        }

        long count() {
            return count;
        }
    }
}
