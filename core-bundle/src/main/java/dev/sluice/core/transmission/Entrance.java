package dev.sluice.core.transmission;

import dev.sluice.core.export.OpenConnection;
import dev.sluice.core.gate.Gate;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** The way of one connection's requests into the chain: first the serial lock, where the thread model has one, then the gate. */
final class Entrance {
    private static final Duration GATE_LOOK = Duration.ofMillis(200);
    private static final Duration LOCK_LOOK = Duration.ofSeconds(1);

    private final OpenConnection open;
    private final Platform platform;
    private final boolean parallel;
    private final GoneClients gone;
    /** With one thread the next request waits for the one before, also when a follower has taken the input over. */
    private final Monitor inOrder;

    /** What came of trying. */
    enum Result {
        /** The serial lock, which is the leader's now, and the gate are held. */
        INSIDE,
        /** This would wait, and there are finished replies. */
        SEND_FIRST,
        /** The export ends. */
        CLOSED,
        /** The connection ends. */
        GONE
    }

    /** Whether the client has gone while it had to wait, or the connection was closed. */
    interface GoneClients {
        boolean isGone(Leadership me) throws IOException;
    }

    Entrance(OpenConnection open, Platform platform, boolean parallel, String name, GoneClients gone) {
        this.open = open;
        this.platform = platform;
        this.parallel = parallel;
        this.gone = gone;
        this.inOrder = platform.monitor("requests in order of " + name);
    }

    /**
     * While this waits nothing is held and everything finished has been sent: if it has not, this does not wait. Unless the result
     * is INSIDE nothing is held afterwards.
     */
    Result enter(Leadership me) throws IOException {
        while (true) {
            Monitor serial = serialLock();
            if (serial != null && !serial.tryLock()) {
                if (!me.batch.isEmpty()) {
                    return Result.SEND_FIRST;
                }
                if (!serial.tryLock(Deadline.after(platform, LOCK_LOOK))) {
                    if (gone.isGone(me)) {
                        return Result.GONE;
                    }
                    // Perhaps it is another one by now: the call that holds this one may have been given up.
                    continue;
                }
            }
            if (open.gate().tryEnter()) {
                if (serialLock() == serial) {
                    me.serial = serial;
                    return Result.INSIDE;
                }
                // A change of the chain has made it stricter, or less strict, since the lock was chosen.
                open.gate().exit();
            }
            if (serial != null) {
                serial.unlock();
            }
            if (!me.batch.isEmpty()) {
                return Result.SEND_FIRST;
            }
            Result waited = awaitGate(me);
            if (waited != Result.INSIDE) {
                return waited;
            }
        }
    }

    /** INSIDE means that it is worth another try. */
    private Result awaitGate(Leadership me) throws IOException {
        Gate gate = open.gate();
        while (gate.isShut() || gate.isClosed()) {
            if (gate.isClosed()) {
                return Result.CLOSED;
            }
            gate.awaitChange(GATE_LOOK);
            if (gate.isShut() && gone.isGone(me)) {
                return Result.GONE;
            }
        }
        return Result.INSIDE;
    }

    /** The lock that the thread model asks for now; constant while somebody is inside the gate. Null if there is none. */
    private Monitor serialLock() {
        Monitor serial = open.serialLock();
        return serial == null && !parallel ? inOrder : serial;
    }

    /**
     * As {@link #enter}, beside the leader.
     *
     * @param held what has to be unlocked afterwards, in element 0
     * @return false if the connection or the export ends; nothing is held then
     */
    boolean enterAsWorker(Monitor[] held, BooleanSupplier closed) {
        while (!closed.getAsBoolean() && !open.gate().isClosed()) {
            Monitor serial = serialLock();
            if (serial != null && !serial.tryLock(Deadline.after(platform, LOCK_LOOK))) {
                continue;
            }
            if (open.gate().tryEnter()) {
                if (serialLock() == serial) {
                    held[0] = serial;
                    return true;
                }
                open.gate().exit();
            }
            if (serial != null) {
                serial.unlock();
            }
            open.gate().awaitChange(GATE_LOOK);
        }
        return false;
    }
}
