package dev.sluice.core.transmission;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.core.export.OpenConnection;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.util.Platform;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The beginning of a large write, where the device takes it as it arrives ({@link NbdDevice#writesInParts}): in parts that
 * are still in the processor's cache when they are written, or from the socket to where they will stay. The end of the
 * payload, {@link #END} bytes or some more, is left to an ordinary call, which answers.
 *
 * <p>Nothing is held while the client is waited for: between two parts the chain may change, and a part goes to whatever
 * chain is there then. Parts can't be overtaken, because whoever overtakes would have to read the rest of the payload;
 * where writes are slow lately they come whole.
 */
final class LargeWrite {
    /** A payload of this many bytes is large. */
    static final int LEAST = 256 << 10;
    /** Bytes that the ordinary call gets at least, where parts are copied. */
    static final int END = 64 << 10;
    /** The same where they are not: what it gets is copied, so it is little, and arrives together with the next header. */
    private static final int END_OF_DIRECT = 512;
    /** Parts end at multiples of this on the disk, so that none makes a device read a page to change half of it. */
    private static final int ALIGNMENT = 4096;
    /** Bytes read inside the gate at once: some hundred microseconds. */
    private static final int MOST = 1 << 20;
    /** Less than that with one read: the client is not ahead, and is waited for. */
    private static final int AHEAD = 64 << 10;

    private final Accounting accounting;
    private final Platform platform;
    private final Wire wire;
    private final OpenConnection open;
    private final Input input;
    private final Output output;
    // of the request that is received
    private boolean direct;
    private boolean inParts;
    private boolean wait;
    private boolean gone;

    LargeWrite(Accounting accounting, Platform platform, Wire wire, OpenConnection open, Input input, Output output) {
        this.accounting = accounting;
        this.platform = platform;
        this.wire = wire;
        this.open = open;
        this.input = input;
        this.output = output;
    }

    /** FUA is for all of a write, so such a one comes whole. */
    static boolean isOne(Request r) {
        return r.type == Command.WRITE && r.payload >= LEAST && !r.has(Command.FLAG_FUA);
    }

    /**
     * Writes what of the payload may be written in parts; {@link Request#taken} says how much that was, which may be
     * nothing.
     *
     * @return false when the client sends no more
     * @throws NbdException the answer to the request; {@link Request#taken} says how much of the payload was taken
     */
    boolean receive(Leadership me, Request r) throws IOException {
        direct = true;
        inParts = true;
        wait = false;
        gone = false;
        while (inParts && left(r) > (direct ? END_OF_DIRECT : END)) {
            // Never for more than the client still has to send: it may wait for its reply.
            if (wait && me.in.remaining() < left(r) && !input.moreOfRequest(me, direct)) {
                return false;
            }
            wait = false;
            part(me, r);
            if (gone) {
                return false;
            }
            input.sendHeldBack();
        }
        me.expectLarge = direct && inParts;
        return true;
    }

    private static int left(Request r) {
        return (int) r.payload - r.taken;
    }

    private void part(Leadership me, Request r) throws IOException {
        if (open.serialLock() != null || !open.gate().tryEnter()) {
            // Whoever changes the chain is not waited for here: the rest is gathered, so that the client gets rid of it.
            inParts = false;
            return;
        }
        long began = platform.nanoTime();
        int before = r.taken;
        try {
            NbdDevice device = open.device();
            // a change may have made the chain stricter just before the gate was entered
            inParts = open.serialLock() == null && device.writesInParts();
            if (!inParts) {
                return;
            }
            ByteBuffer to = direct ? device.destination(r.offset + r.taken, Math.min(left(r) - END_OF_DIRECT, MOST)) : null;
            direct = to != null;
            if (direct) {
                r.taken += receiveInto(to, me.in);
            } else {
                write(device, me, r);
            }
        } finally {
            open.gate().exit();
            accounting.ranPart(r, platform.nanoTime() - began, r.taken - before);
        }
    }

    /** Of what has arrived, as much as ends at a boundary; less than {@link #END} only at the end. */
    private void write(NbdDevice device, Leadership me, Request r) throws IOException {
        long at = r.offset + r.taken;
        int most = left(r) - END;
        int there = Math.min(me.in.remaining(), most);
        int whole = there - (int) ((at + there) % ALIGNMENT);
        wait = true;
        if (there < most && whole < END) {
            return;
        }
        if (whole <= 0) {
            // the boundary lies in what the ordinary call gets
            inParts = false;
            return;
        }
        r.taken += whole;
        device.write(at, me.takePayload(whole), Flags.NONE);
    }

    private int receiveInto(ByteBuffer to, ByteBuffer in) {
        int before = to.remaining();
        if (in.hasRemaining()) {
            int n = Math.min(in.remaining(), before);
            to.put(to.position(), in, in.position(), n);
            to.position(to.position() + n);
            in.position(in.position() + n);
        }
        wait = true;
        if (to.hasRemaining() && output.tryHold()) {
            try {
                int n = wire.poll(to);
                gone = n < 0;
                input.moved(n);
                wait = n < AHEAD && to.hasRemaining();
            } catch (IOException e) {
                // The memory could not take it, or the connection is broken: the ordinary way finds out which, and says so.
                direct = false;
            } finally {
                output.letGo();
            }
        }
        return before - to.remaining();
    }
}
