package dev.sluice.core.transmission;

import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.chain.Services;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.util.Platform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntSupplier;

/**
 * The way in of one connection: many requests with one read, payloads, and what is read away. Only the leader reads; the
 * input that is read and not yet run lies in its {@link Leadership}.
 */
final class Input {
    /** The payload of a write of nothing. */
    static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0).asReadOnlyBuffer();
    /** Read together with the header of a write whose payload is likely to go to a place of its own, in bytes. */
    private static final int WITH_HEADER = 4096;

    private final Wire wire;
    private final Platform platform;
    private final BufferPool pool;
    private final Warmth warmth;
    private final Output output;
    private final IntSupplier calls;
    private final Replies replies;
    private final Progress progress = new Progress();
    /** The leader has sent everything and waits for the client, or there is no leader because there is nothing to do. */
    private volatile boolean waiting;

    /** What is done about replies around waits for the client. */
    interface Replies {
        /** Sends what is finished: before every wait. */
        void flush(Leadership leader) throws IOException;

        /** After the output was held for a moment: another thread sends what others could not; false if there is none. */
        boolean sendHeldBack();
    }

    /** @param calls that run beside the leader */
    Input(Wire wire, Services services, Warmth warmth, Output output, IntSupplier calls, Replies replies) {
        this.wire = wire;
        this.platform = services.platform();
        this.pool = services.buffers();
        this.warmth = warmth;
        this.output = output;
        this.calls = calls;
        this.replies = replies;
    }

    /** For how long a client has left the rest of a request out, see {@link Progress#stalledNanos}. */
    long stalledNanos(long now) {
        return progress.stalledNanos(now);
    }

    boolean isWaiting() {
        return waiting;
    }

    /** The connection is parked, or not any more. */
    void setWaiting(boolean yes) {
        waiting = yes;
    }

    /** Sends what is finished, then waits for more input; false when there is none any more. */
    boolean readMore(Leadership me) throws IOException {
        return readMore(me, false);
    }

    /** As {@link #readMore} when the header of a request was taken already; a little if more is to go elsewhere. */
    boolean moreOfRequest(Leadership me, boolean little) throws IOException {
        me.expectLarge = little;
        return readMore(me, true);
    }

    private boolean readMore(Leadership me, boolean inRequest) throws IOException {
        replies.flush(me);
        ByteBuffer in = me.in;
        if (in.hasRemaining()) {
            in.compact();
        } else {
            in.clear();
        }
        boolean rest = inRequest || in.position() > 0;
        waiting = !rest;
        if (me.expectLarge) {
            // Another large write is likely: what is read together with its header has to be copied, so that is little.
            in.limit(Math.min(in.capacity(), in.position() + WITH_HEADER));
            me.expectLarge = false;
        }
        int n;
        if (rest) {
            n = readRest(in);
        } else if (warmth.isHot()) {
            long before = platform.nanoTime();
            n = warmth.maySpin() ? spin(in, false) : 0;
            if (n == 0) {
                n = wire.read(in);
            }
            warmth.waited(platform.nanoTime() - before);
        } else {
            n = wire.read(in);
        }
        waiting = false;
        in.flip();
        return n >= 0;
    }

    /**
     * What comes before it is worth sleeping; 0 if nothing did. Gives back what {@link Warmth} has allowed.
     *
     * @param inRequest the client may take no reply before it has sent the rest, so this thread sends none
     */
    private int spin(ByteBuffer into, boolean inRequest) throws IOException {
        try {
            // Whoever wants to send meanwhile would have to wait; nobody does while no call is under way.
            if (!into.hasRemaining() || calls.getAsInt() > 0 || !output.tryHold()) {
                return 0;
            }
            int n;
            try {
                n = wire.spin(into, HotSlots.SPIN);
            } finally {
                output.letGo();
            }
            if (!replies.sendHeldBack() && !inRequest) {
                output.sendRest();
            }
            return n;
        } finally {
            warmth.hasSpun();
        }
    }

    /** More of a request of which something is there already. */
    private int readRest(ByteBuffer into) throws IOException {
        progress.begin();
        try {
            long before = platform.nanoTime();
            int n = warmth.maySpinForRest() ? spin(into, true) : 0;
            if (n == 0) {
                n = wire.read(into);
            }
            warmth.waitedForRest(platform.nanoTime() - before);
            progress.moved(n);
            return n;
        } finally {
            progress.end();
        }
    }

    /**
     * The payload of a request whose header was taken, reading what is missing.
     *
     * @return null when the client sends no more
     * @throws dev.sluice.api.NbdException there is no memory for it; nothing of it was taken
     */
    ByteBuffer readPayload(Leadership me, int length) throws IOException {
        ByteBuffer in = me.in;
        if (in.remaining() >= length) {
            return me.takePayload(length);
        }
        if (length <= in.capacity() - Request.EXTENDED_LENGTH) {
            while (in.remaining() < length) {
                if (!readMore(me, true)) {
                    return null;
                }
            }
            return me.takePayload(length);
        }
        ByteBuffer large = me.largePayload(pool, length);
        me.expectLarge = true;
        large.put(in);
        replies.flush(me);
        while (large.hasRemaining()) {
            if (readRest(large) < 0) {
                return null;
            }
        }
        return large.flip();
    }

    /** Reads bytes away; false when the client sends no more. */
    boolean skip(Leadership me, long length) throws IOException {
        long left = length;
        while (true) {
            int n = (int) Math.min(left, me.in.remaining());
            me.in.position(me.in.position() + n);
            left -= n;
            if (left == 0) {
                return true;
            }
            if (!readMore(me, true)) {
                return false;
            }
        }
    }

    /** See {@link Replies#sendHeldBack}. */
    void sendHeldBack() {
        replies.sendHeldBack();
    }

    /** Bytes of a request that came past this. */
    void moved(int n) {
        if (n > 0) {
            progress.moved(n);
        }
    }

    /** While requests are held back the client may go: notices that without taking anything from the input. */
    boolean lookForDisconnect(Leadership me) throws IOException {
        ByteBuffer space = me.in.duplicate();
        space.limit(space.capacity()).position(me.in.limit());
        if (!space.hasRemaining() || !output.tryHold()) {
            return true;
        }
        int n;
        try {
            n = wire.poll(space);
        } finally {
            output.letGo();
        }
        replies.sendHeldBack();
        if (n >= 0) {
            me.in.limit(space.position());
        }
        return n >= 0;
    }
}
