package dev.sluice.core.chain;

import dev.sluice.api.Tasks;
import dev.sluice.core.gate.CallGate;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Failures;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Timers;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Background work of one scope. Every run takes the lock that requests take, if the thread model asks for one, enters the
 * gate of the export's other calls and leaves it afterwards, so that a swap waits for what runs and nothing starts while the
 * gate is shut.
 */
final class LayerTasks implements Tasks {
    private static final System.Logger LOG = System.getLogger("dev.sluice.layer");
    private static final int MAX_WAITING = 1000;
    /** A parked task looks again after this long; swaps are shorter. */
    private static final Duration RETRY = Duration.ofMillis(20);
    private static final Supplier<Monitor> NOBODY = () -> null;

    private final String export;
    private final Services services;
    private final CallGate gate;
    private final CoreCancellation cancellation;
    /** The lock that the thread model asks for now; null for none. */
    private final Supplier<Monitor> turn;
    private final Tasks beside = new Beside();
    private final Set<CoreTask> waiting = new HashSet<>();
    private boolean closed;

    LayerTasks(String export, Services services, CallGate gate, CoreCancellation cancellation, Supplier<Monitor> turn) {
        this.export = export;
        this.services = services;
        this.gate = gate;
        this.cancellation = cancellation;
        this.turn = turn;
    }

    @Override
    public Task submit(Callable<?> work) {
        return add(work, Duration.ZERO, null, turn);
    }

    @Override
    public Task after(Duration delay, Callable<?> work) {
        return add(work, delay, null, turn);
    }

    @Override
    public Task every(Duration period, Callable<?> work) {
        return add(work, period, checked(period), turn);
    }

    @Override
    public Tasks parallel() {
        return beside;
    }

    private static Duration checked(Duration period) {
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("a period is positive, not " + period);
        }
        return period;
    }

    private Task add(Callable<?> work, Duration delay, Duration period, Supplier<Monitor> inTurn) {
        CoreTask task = new CoreTask(work, period, inTurn);
        synchronized (waiting) {
            if (closed) {
                throw new IllegalStateException("the layer has ended, no task can start");
            }
            if (waiting.size() >= MAX_WAITING) {
                throw new IllegalStateException(MAX_WAITING + " tasks of this layer are waiting already");
            }
            waiting.add(task);
        }
        task.schedule(delay);
        return task;
    }

    /** Nothing starts any more. */
    void close() {
        Set<CoreTask> left;
        synchronized (waiting) {
            closed = true;
            left = new HashSet<>(waiting);
            waiting.clear();
        }
        left.forEach(CoreTask::cancel);
    }

    /** The same tasks, which wait for nobody's turn. */
    private final class Beside implements Tasks {
        @Override
        public Task submit(Callable<?> work) {
            return add(work, Duration.ZERO, null, NOBODY);
        }

        @Override
        public Task after(Duration delay, Callable<?> work) {
            return add(work, delay, null, NOBODY);
        }

        @Override
        public Task every(Duration period, Callable<?> work) {
            return add(work, period, checked(period), NOBODY);
        }

        @Override
        public Tasks parallel() {
            return this;
        }
    }

    private final class CoreTask implements Task {
        private final Callable<?> work;
        private final Duration period;
        private final Supplier<Monitor> inTurn;
        private volatile boolean done;
        /** What brings it back the next time; taken back at the end, or it would keep the layer's code in memory until it is due. */
        private volatile AtomicReference<Timers.Timer> next = new AtomicReference<>();

        CoreTask(Callable<?> work, Duration period, Supplier<Monitor> inTurn) {
            this.work = work;
            this.period = period;
            this.inTurn = inTurn;
        }

        void schedule(Duration delay) {
            AtomicReference<Timers.Timer> own = new AtomicReference<>();
            next = own;
            own.set(services.timers().after(delay, () -> {
                own.set(null);
                if (!done && !services.workers().tryRun(this::run)) {
                    schedule(RETRY);
                }
            }));
            if (done) {
                takeBack();
            }
        }

        private void run() {
            if (done || cancellation.isCancelled()) {
                finish();
                return;
            }
            Monitor held = inTurn.get();
            if (held == null) {
                inside(null, gate.enter(Deadline.after(services.platform(), RETRY)));
            } else if (held.tryLock(Deadline.after(services.platform(), RETRY))) {
                try {
                    // Who holds this lock waits for no gate: requests would wait behind it.
                    inside(held, gate.tryEnter());
                } finally {
                    held.unlock();
                }
            } else {
                schedule(RETRY);
            }
        }

        private void inside(Monitor held, CallGate.Pass pass) {
            if (pass == null) {
                if (gate.isClosed()) {
                    finish();
                } else {
                    schedule(RETRY);
                }
                return;
            }
            if (inTurn.get() != held) {
                // A change of the chain has made it stricter, or less strict, since the lock was chosen.
                pass.exit();
                schedule(Duration.ZERO);
                return;
            }
            boolean again = false;
            try {
                if (!done && !cancellation.isCancelled()) {
                    work.call();
                    again = period != null;
                }
            } catch (Throwable t) {
                if (!cancellation.isCancelled()) {
                    LOG.log(System.Logger.Level.ERROR, "export " + export + ": a background task failed: " + Failures.line(t));
                }
            } finally {
                pass.exit();
            }
            if (again && !done) {
                schedule(period);
            } else {
                finish();
            }
        }

        private void finish() {
            done = true;
            takeBack();
            synchronized (waiting) {
                waiting.remove(this);
            }
        }

        private void takeBack() {
            Timers.Timer pending = next.get();
            if (pending != null) {
                pending.cancel();
            }
        }

        @Override
        public void cancel() {
            finish();
        }

        @Override
        public boolean isDone() {
            return done;
        }
    }
}
