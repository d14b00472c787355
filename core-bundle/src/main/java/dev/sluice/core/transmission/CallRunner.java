package dev.sluice.core.transmission;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.handshake.NegotiatedSession;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.protocol.Limits;
import dev.sluice.core.util.Failures;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Runs one request on a chain and encodes its reply. No state of its own: any number of threads. */
final class CallRunner {
    /** Room for the header of a reply, or for a short error. */
    private static final int SLACK = 128;

    private final SessionFacts session;
    private final ReplyEncoder encoder;
    private final BufferPool pool;

    CallRunner(SessionFacts session, ReplyEncoder encoder, BufferPool pool) {
        this.pool = pool;
        this.session = session;
        this.encoder = encoder;
    }

    /**
     * Gets ready for the call: what needs memory of the batch happens here, because during the call a follower may take
     * finished replies away from it.
     *
     * @throws NbdException there is no memory; the request was not run
     */
    void prepare(Request r, Batch out, Reply reply, Outcome outcome) throws NbdException {
        outcome.clear();
        out.ensure(SLACK);
        if (r.type == Command.READ) {
            reply.begin(out, encoder.readHeader(), (int) r.length);
            outcome.describing = true;
        }
    }

    /**
     * Runs the request; afterwards {@link Outcome} says what is to be encoded. The caller is inside the gate.
     *
     * @param payload of a WRITE or BLOCK_STATUS, else null
     */
    void call(NbdDevice device, Request r, ByteBuffer payload, Reply reply, Outcome outcome) {
        try {
            switch (r.type) {
                case Command.READ -> device.read(r.offset, (int) r.length, reply);
                case Command.WRITE -> device.write(r.offset + r.taken, payload, fua(r));
                case Command.FLUSH -> device.flush();
                case Command.TRIM -> device.trim(r.offset, r.length, fua(r));
                case Command.WRITE_ZEROES -> device.zero(r.offset, r.length, zeroFlags(r));
                case Command.CACHE -> device.cache(r.offset, r.length);
                case Command.BLOCK_STATUS -> status(device, r, payload, outcome);
                default -> throw new NbdException(NbdError.EINVAL, "unknown command " + r.type);
            }
        } catch (NbdException e) {
            outcome.failed(e.error(), e.getMessage());
        } catch (Throwable t) {
            // Whatever it is: the caller must leave the gate and answer.
            outcome.failed(NbdError.EIO, Failures.line(t));
        }
    }

    /** Writes the reply of a call that has returned. */
    void encode(Request r, Batch out, Reply reply, Outcome outcome) throws NbdException {
        NbdError error = outcome.error;
        String text = outcome.text;
        if (outcome.describing && error == null) {
            try {
                reply.settle();
            } catch (NbdException e) {
                error = e.error();
                text = e.getMessage();
            }
        }
        if (error != null) {
            if (outcome.describing) {
                reply.abandon();
            }
            encoder.error(out, r, error, text);
        } else if (outcome.describing) {
            try {
                encoder.read(out, r, reply);
            } catch (NbdException e) {
                reply.abandon();
                encoder.error(out, r, e.error(), e.getMessage());
            }
        } else if (outcome.extents != null) {
            encodeStatus(r, out, outcome);
        } else {
            encoder.success(out, r);
        }
    }

    private void encodeStatus(Request r, Batch out, Outcome outcome) throws NbdException {
        try {
            try {
                encoder.prepareStatus(out, outcome.extents);
            } catch (NbdException e) {
                encoder.error(out, r, e.error(), e.getMessage());
                return;
            }
            for (int i = 0; i < outcome.extents.length; i++) {
                encoder.status(out, r, outcome.extents[i], outcome.contextIds[i], i == outcome.extents.length - 1);
            }
        } finally {
            close(outcome.extents);
        }
    }

    private static void close(Extents[] all) {
        for (Extents e : all) {
            if (e != null) {
                e.close();
            }
        }
    }

    /** A request that was not run is answered with an error. */
    void refuse(Request r, Batch out, NbdError error, String text) throws NbdException {
        encoder.error(out, r, error, text);
    }

    private Flags fua(Request r) {
        return r.has(Command.FLAG_FUA) ? Flags.of(Flags.FUA) : Flags.NONE;
    }

    private Flags zeroFlags(Request r) {
        return Flags.of((r.has(Command.FLAG_FUA) ? Flags.FUA : 0) | (r.has(Command.FLAG_NO_HOLE) ? 0 : Flags.MAY_TRIM)
                | (r.has(Command.FLAG_FAST_ZERO) ? Flags.FAST_ZERO : 0));
    }

    private void status(NbdDevice device, Request r, ByteBuffer payload, Outcome outcome) throws IOException {
        long length = r.length;
        java.util.List<NegotiatedSession.Selected> wanted = session.contexts();
        if (payload != null) {
            StatusFilter filter = StatusFilter.decode(payload, session.contexts());
            length = filter.length();
            wanted = filter.contexts();
        }
        Flags flags = r.has(Command.FLAG_REQ_ONE) ? Flags.of(Flags.REQ_ONE) : Flags.NONE;
        Extents[] all = new Extents[wanted.size()];
        int[] ids = new int[all.length];
        boolean complete = false;
        try {
            for (int i = 0; i < all.length; i++) {
                all[i] = new Extents(pool, r.offset, length, flags.reqOne(), session.extended(), Limits.MAX_EXTENTS / all.length);
                ids[i] = wanted.get(i).id();
                device.status(wanted.get(i).context(), r.offset, length, flags, all[i]);
            }
            complete = true;
        } finally {
            if (!complete) {
                close(all);
            }
        }
        outcome.extents = all;
        outcome.contextIds = ids;
    }

    /** What came of a call. Reused. */
    static final class Outcome {
        private NbdError error;
        private String text;
        private boolean describing;
        private Extents[] extents;
        private int[] contextIds;

        void clear() {
            error = null;
            text = null;
            describing = false;
            extents = null;
            contextIds = null;
        }

        void failed(NbdError e, String message) {
            error = e;
            text = message;
        }

        boolean isError() {
            return error != null;
        }
    }
}
