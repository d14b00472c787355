package dev.sluice.core.transmission;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Whether a thread waits for the client in the middle of something, and whether that moves. Noted by whoever reads or
 * writes, which costs it two plain stores; looked at by one other thread now and then.
 */
final class Progress {
    /** Of bytes in a look: a client that is slower than that is taken for one that does not move. */
    static final long LEAST = 64 << 10;

    private static final VarHandle WAITING;
    private static final VarHandle BYTES;

    static {
        try {
            WAITING = MethodHandles.lookup().findVarHandle(Progress.class, "waiting", boolean.class);
            BYTES = MethodHandles.lookup().findVarHandle(Progress.class, "bytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private boolean waiting;
    private long bytes;
    // of the thread that looks
    private boolean seen;
    private long seenBytes;
    private long since;

    /** From here on the client is waited for. */
    void begin() {
        WAITING.setOpaque(this, true);
    }

    /** The client is not waited for any more. */
    void end() {
        WAITING.setOpaque(this, false);
    }

    /** So many bytes have come or gone. */
    void moved(long n) {
        BYTES.setOpaque(this, bytes + n);
    }

    /** For how long looks have found somebody waiting without progress; 0 at the first look that does. */
    long stalledNanos(long now) {
        long moved = (long) BYTES.getOpaque(this);
        boolean waits = (boolean) WAITING.getOpaque(this);
        if (!waits || !seen || moved - seenBytes >= LEAST) {
            seen = waits;
            seenBytes = moved;
            since = now;
            return 0;
        }
        return now - since;
    }
}
