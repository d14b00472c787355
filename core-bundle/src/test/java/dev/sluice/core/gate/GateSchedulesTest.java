package dev.sluice.core.gate;

import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * The gate under a model checker, which runs the operations below in very many interleavings, switching threads at every
 * access to shared memory. A swap changes two plain fields, one after the other; a request must never see one of them
 * changed and the other not, nor hang. The number of interleavings is small here, so that it takes seconds;
 * {@code -Dsluice.lincheck.iterations=…} runs more.
 */
public class GateSchedulesTest {
    private static final int ITERATIONS = Integer.getInteger("sluice.lincheck.iterations", 4);
    private static final int INVOCATIONS = Integer.getInteger("sluice.lincheck.invocations", 300);

    private final SchedulerPlatform platform = new SchedulerPlatform();
    private final Gate gate = new Gate(platform, "gate under test");
    private int left;
    private int right;

    /** What a connection does: in, look, out. */
    @Operation
    public boolean request() {
        if (!gate.tryEnter()) {
            return true;
        }
        int l = left;
        int r = right;
        gate.exit();
        return l == r;
    }

    /** What a connection does that finds the gate shut: it waits. */
    @Operation
    public boolean patientRequest() {
        if (!gate.enter(Deadline.after(platform, Duration.ofDays(1)))) {
            return gate.isClosed();
        }
        int l = left;
        int r = right;
        gate.exit();
        return l == r;
    }

    /** What a change of the chain does. */
    @Operation(nonParallelGroup = "changes")
    public boolean swap() {
        gate.shut();
        boolean empty = gate.awaitEmpty(Deadline.after(platform, Duration.ofDays(1)));
        if (empty) {
            left++;
            right++;
        }
        gate.reopen();
        return empty;
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_24, disabledReason = "the model checker can't read the class files of newer JDKs")
    void noScheduleLetsARequestSeeHalfASwapOrHang() {
        new ModelCheckingOptions().threads(3).actorsPerThread(2).actorsBefore(0).actorsAfter(0).iterations(ITERATIONS)
                .invocationsPerIteration(INVOCATIONS).check(GateSchedulesTest.class);
    }

    /** Locks that the model checker knows; time stands still, so no deadline ever passes. */
    static final class SchedulerPlatform implements Platform {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Monitor monitor(String name) {
            return new SchedulerMonitor();
        }

        @Override
        public Thread start(String name, Runnable body) {
            throw new IllegalStateException("a gate starts no threads");
        }

        @Override
        public void park(Object blocker, long nanos) {
            throw new IllegalStateException("a gate waits at its monitor only");
        }

        @Override
        public void unpark(Thread thread) {
            throw new IllegalStateException("a gate waits at its monitor only");
        }
    }

    private static final class SchedulerMonitor implements Monitor {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition condition = lock.newCondition();

        @Override
        public void lock() {
            lock.lock();
        }

        @Override
        public boolean tryLock() {
            return lock.tryLock();
        }

        @Override
        public boolean tryLock(Deadline deadline) {
            lock.lock();
            return true;
        }

        @Override
        public void unlock() {
            lock.unlock();
        }

        @Override
        public void signalAll() {
            condition.signalAll();
        }

        @Override
        public boolean await(Deadline deadline) {
            condition.awaitUninterruptibly();
            return true;
        }
    }
}
