package dev.sluice.core.transmission;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.export.OpenConnection;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.protocol.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Takes the next request from the leader's input: reads its header, checks it, gets its payload, and gives it to a worker
 * or has it run in place. The leader's own, one thread at a time.
 */
final class Intake {
    private final OpenConnection open;
    private final SessionFacts facts;
    private final boolean parallel;
    private final Input input;
    private final LargeWrite largeWrite;
    private final InPlace inPlace;
    private final WorkerCalls workers;
    private final Ending ending;
    private final Accounting accounting;
    private final Sender sender;
    private final Consumer<String> complain;

    /**
     * Nothing taken yet.
     *
     * @param parallel whether workers may run requests beside the leader
     * @param complain for the log, without the name of the connection
     */
    Intake(OpenConnection open, SessionFacts facts, boolean parallel, Input input, LargeWrite largeWrite, InPlace inPlace,
            WorkerCalls workers, Ending ending, Accounting accounting, Sender sender, Consumer<String> complain) {
        this.open = open;
        this.facts = facts;
        this.parallel = parallel;
        this.input = input;
        this.largeWrite = largeWrite;
        this.inPlace = inPlace;
        this.workers = workers;
        this.ending = ending;
        this.accounting = accounting;
        this.sender = sender;
        this.complain = complain;
    }

    /** Whether a whole header has been read. */
    boolean hasRequest(Leadership me) {
        return me.in.remaining() >= facts.requestLength();
    }

    /** Does the next request, whose header has been read. */
    Turn next(Leadership me) throws IOException {
        Request r = me.request;
        me.requestAt = me.in.position();
        if (!r.decode(me.in, facts.extended())) {
            complain.accept("a request with a wrong magic number; the connection is closed");
            return Turn.GONE;
        }
        if (r.type == Command.DISC) {
            return Turn.DISCONNECTED;
        }
        String stop = ending.stopping();
        RequestValidator.Refusal refusal = stop != null ? new RequestValidator.Refusal(NbdError.ESHUTDOWN, stop)
                : RequestValidator.check(r, facts);
        if (r.payload != 0) {
            return withPayload(me, r, refusal);
        }
        if (refusal != null) {
            return inPlace.refuse(me, r, refusal.error(), refusal.text());
        }
        return run(me, r, r.type == Command.WRITE ? Input.NOTHING : null);
    }

    private Turn withPayload(Leadership me, Request r, RequestValidator.Refusal refusal) throws IOException {
        if (!me.batch.isEmpty() && Long.compareUnsigned(r.payload, me.in.remaining()) > 0) {
            return sender.sendFirst(me);
        }
        if (refusal != null || r.payload < 0 || r.payload > Limits.MAX_PAYLOAD) {
            return skipPayload(me, r, refusal);
        }
        ByteBuffer payload;
        try {
            if (LargeWrite.isOne(r) && mayRunBeside() && !accounting.isSlow(r.type) && !largeWrite.receive(me, r)) {
                return Turn.GONE;
            }
            payload = input.readPayload(me, (int) r.payload - r.taken);
        } catch (NbdException e) {
            return input.skip(me, r.payload - r.taken) ? inPlace.refuseForMemory(me, r, e) : Turn.GONE;
        }
        return payload == null ? Turn.GONE : run(me, r, payload);
    }

    private Turn skipPayload(Leadership me, Request r, RequestValidator.Refusal refusal) throws IOException {
        if (r.payload < 0 || r.payload > Limits.MAX_SKIPPED_PAYLOAD) {
            complain.accept("a request with " + Long.toUnsignedString(r.payload) + " bytes of payload, at most " + Limits.MAX_PAYLOAD
                    + " are possible; the connection is closed");
            return Turn.GONE;
        }
        if (!input.skip(me, r.payload)) {
            return Turn.GONE;
        }
        return refusal != null ? inPlace.refuse(me, r, refusal.error(), refusal.text())
                : inPlace.refuse(me, r, NbdError.EINVAL, "too much payload");
    }

    private Turn run(Leadership me, Request r, ByteBuffer payload) throws IOException {
        if (accounting.isForWorkers(r.type) && mayRunBeside()) {
            if (!me.batch.isEmpty()) {
                return sender.sendFirst(me);
            }
            if (workers.tryStart(me, r, payload)) {
                return Turn.ON;
            }
        }
        return inPlace.run(me, r, payload);
    }

    private boolean mayRunBeside() {
        return parallel && open.serialLock() == null;
    }
}
