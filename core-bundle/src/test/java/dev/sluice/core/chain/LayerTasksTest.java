package dev.sluice.core.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Tasks;
import dev.sluice.api.ThreadModel;
import dev.sluice.core.gate.CallGate;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.ManualPlatform;
import dev.sluice.core.util.Monitor;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LayerTasksTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualPlatform platform = new ManualPlatform();
    private final CoreServices core = new CoreServices(platform);
    private final CallGate gate = new CallGate(platform, "other calls");
    private final Turns turns = new Turns(platform, "e");
    private final LayerScope scope = new LayerScope("e", core.services, gate, turns);
    private final Tasks tasks = scope.tasks();
    private final Semaphore ran = new Semaphore(0);

    @AfterEach
    void close() {
        core.close();
    }

    private void awaitRun() throws InterruptedException {
        assertTrue(ran.tryAcquire(ManualPlatform.BOUND, TimeUnit.SECONDS), "the task has not run");
    }

    private static void awaitDone(Tasks.Task task) throws Exception {
        Background.until(task::isDone, "the task is done");
    }

    @Test
    void submittedWorkRunsOnceInsideTheGate() throws Exception {
        int[] inside = new int[1];
        Tasks.Task task = tasks.submit(() -> {
            inside[0] = gate.inside();
            ran.release();
            return null;
        });
        awaitRun();
        awaitDone(task);
        assertEquals(1, inside[0]);
        assertEquals(0, gate.inside());
    }

    @Test
    void delayedWorkRunsAfterTheDelay() throws Exception {
        Tasks.Task task = tasks.after(SECOND, () -> {
            ran.release();
            return null;
        });
        platform.awaitWaiting("timers", 1);
        assertFalse(task.isDone());
        assertEquals(0, ran.availablePermits());
        platform.advance(SECOND);
        awaitRun();
    }

    @Test
    void workThatWillNeverRunIsForgotten() throws Exception {
        WeakReference<Object> delayed = keptBy(work -> tasks.after(Duration.ofHours(1), work));
        WeakReference<Object> repeated = keptBy(work -> tasks.every(Duration.ofHours(1), work));
        platform.awaitWaiting("timers", 1);
        scope.cancel("the end");
        Background.until(() -> {
            System.gc();
            return delayed.get() == null && repeated.get() == null;
        }, "nothing keeps the work");
    }

    /** An object that only the work knows. */
    private static WeakReference<Object> keptBy(Consumer<Callable<?>> submit) {
        Object known = new Object();
        submit.accept(known::toString);
        return new WeakReference<>(known);
    }

    @Test
    void repeatedWorkRunsAgainAfterItsEnd() throws Exception {
        List<Long> begins = new CopyOnWriteArrayList<>();
        List<Long> ends = new CopyOnWriteArrayList<>();
        ends.add(platform.nanoTime());
        Tasks.Task task = tasks.every(SECOND, () -> {
            begins.add(platform.nanoTime());
            ends.add(platform.nanoTime());
            return null;
        });
        Background.until(() -> {
            platform.advance(SECOND.dividedBy(10));
            return ends.size() > 3;
        }, "the task runs three times");
        task.cancel();
        for (int i = 0; i < 3; i++) {
            assertTrue(begins.get(i) - ends.get(i) >= SECOND.toNanos(), "run " + i + ": " + begins + " " + ends);
        }
    }

    @Test
    void repeatedWorkThatThrowsEnds() throws Exception {
        Tasks.Task task = tasks.every(SECOND, () -> {
            throw new IllegalStateException("this failure is part of a test");
        });
        platform.awaitWaiting("timers", 1);
        platform.advance(SECOND);
        awaitDone(task);
    }

    @Test
    void aPeriodIsPositive() {
        assertThrows(IllegalArgumentException.class, () -> tasks.every(Duration.ZERO, () -> null));
    }

    @Test
    void nothingStartsWhileTheGateIsShut() throws Exception {
        gate.shut();
        tasks.submit(() -> {
            ran.release();
            return null;
        });
        platform.awaitWaiting("other calls", 1);
        platform.advance(Duration.ofMillis(20));
        assertEquals(0, ran.availablePermits());
        gate.reopen();
        Background.until(() -> {
            platform.advance(Duration.ofMillis(20));
            return ran.tryAcquire(20, TimeUnit.MILLISECONDS);
        }, "the parked task runs");
    }

    @Test
    void aDrainWaitsForWhatRuns() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        tasks.submit(() -> {
            ran.release();
            Background.await(go);
            return null;
        });
        awaitRun();
        gate.shut();
        Background<Boolean> drain = Background.run(() -> gate.awaitEmpty(Deadline.after(platform, SECOND)));
        platform.awaitWaiting("other calls", 1);
        assertFalse(drain.isDone());
        go.countDown();
        assertTrue(drain.result());
    }

    @Test
    void aCancelledTaskDoesNotStart() throws Exception {
        Tasks.Task task = tasks.after(SECOND, () -> {
            ran.release();
            return null;
        });
        Tasks.Task later = tasks.after(SECOND.multipliedBy(2), () -> null);
        task.cancel();
        assertTrue(task.isDone());
        platform.awaitWaiting("timers", 1);
        platform.advance(SECOND.multipliedBy(2));
        awaitDone(later);
        assertEquals(0, ran.availablePermits());
    }

    @Test
    void aTaskThatRunsCanEndItself() throws Exception {
        Tasks.Task[] self = new Tasks.Task[1];
        self[0] = tasks.every(SECOND, () -> {
            self[0].cancel();
            ran.release();
            return null;
        });
        platform.awaitWaiting("timers", 1);
        platform.advance(SECOND);
        awaitRun();
        assertTrue(self[0].isDone());
    }

    @Test
    void nothingStartsAfterTheEndOfTheScope() {
        Tasks.Task waiting = tasks.after(SECOND, () -> {
            ran.release();
            return null;
        });
        scope.cancel("test");
        assertTrue(waiting.isDone());
        assertThrows(IllegalStateException.class, () -> tasks.submit(() -> null));
    }

    @Test
    void tasksOfADeviceEndWithTheLayer() {
        LayerScope device = new LayerScope(scope, platform.monitor("requests of connection 1"));
        scope.cancel("test");
        assertTrue(device.cancellation().isCancelled());
        Tasks.Task task = device.tasks().submit(() -> {
            ran.release();
            return null;
        });
        platform.advance(SECOND);
        assertEquals(0, ran.availablePermits());
        task.cancel();
    }

    private void awaitRunOf(Semaphore done) throws Exception {
        Background.until(() -> {
            platform.advance(Duration.ofMillis(20));
            return done.tryAcquire(20, TimeUnit.MILLISECONDS);
        }, "the task runs");
    }

    private void assertRunsBeside(Monitor lock, Tasks of) throws Exception {
        lock.lock();
        try {
            of.submit(() -> {
                ran.release();
                return null;
            });
            awaitRunOf(ran);
        } finally {
            lock.unlock();
        }
    }

    private void assertWaitsFor(Monitor lock, Tasks of) throws Exception {
        boolean[] held = {true};
        boolean[] beside = new boolean[1];
        Semaphore done = new Semaphore(0);
        lock.lock();
        of.submit(() -> {
            beside[0] = held[0];
            done.release();
            return null;
        });
        // Work that waits for nobody comes through meanwhile, so there was time for the other one.
        for (int i = 0; i < 3; i++) {
            scope.tasks().parallel().submit(() -> {
                ran.release();
                return null;
            });
            awaitRunOf(ran);
        }
        held[0] = false;
        lock.unlock();
        awaitRunOf(done);
        assertFalse(beside[0]);
    }

    private Monitor lockOfAll(ThreadModel model) {
        turns.setModel(ThreadModel.SERIALIZE_ALL_REQUESTS);
        Monitor all = turns.lock(null);
        turns.setModel(model);
        return all;
    }

    @ParameterizedTest
    @EnumSource(names = {"SERIALIZE_CONNECTIONS", "SERIALIZE_ALL_REQUESTS"})
    void aTaskOfALayerWaitsForRequestsWhereOneIsLetInOfAll(ThreadModel model) throws Exception {
        assertWaitsFor(lockOfAll(model), tasks);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"SERIALIZE_CONNECTIONS", "SERIALIZE_ALL_REQUESTS"})
    void aTaskOfALayerRunsBesideRequestsElsewhere(ThreadModel model) throws Exception {
        assertRunsBeside(lockOfAll(model), tasks);
    }

    @Test
    void aTaskOfADeviceWaitsForRequestsOfItsConnectionOnly() throws Exception {
        Monitor one = platform.monitor("requests of connection 1");
        Monitor two = platform.monitor("requests of connection 2");
        turns.setModel(ThreadModel.SERIALIZE_REQUESTS);
        LayerScope device = new LayerScope(scope, one);
        assertWaitsFor(one, device.tasks());
        assertRunsBeside(two, device.tasks());
    }

    @Test
    void aTaskThatHasItsTurnDoesNotKeepItAtAShutGate() throws Exception {
        turns.setModel(ThreadModel.SERIALIZE_ALL_REQUESTS);
        gate.shut();
        tasks.submit(() -> {
            ran.release();
            return null;
        });
        for (int i = 0; i < 3; i++) {
            platform.advance(Duration.ofMillis(20));
            Background.until(() -> {
                boolean free = turns.lock(null).tryLock();
                if (free) {
                    turns.lock(null).unlock();
                }
                return free;
            }, "the lock is free");
        }
        assertEquals(0, ran.availablePermits());
        gate.reopen();
        Background.until(() -> {
            platform.advance(Duration.ofMillis(20));
            return ran.tryAcquire(20, TimeUnit.MILLISECONDS);
        }, "the task runs");
    }

    @Test
    void aTaskThatThrowsGivesItsTurnBack() throws Exception {
        turns.setModel(ThreadModel.SERIALIZE_ALL_REQUESTS);
        awaitDone(tasks.submit(() -> {
            throw new IllegalStateException("this failure is part of a test");
        }));
        Background.until(() -> turns.lock(null).tryLock(), "the lock is free");
        turns.lock(null).unlock();
    }

    @Test
    void aThousandMayWaitAndNoMore() {
        for (int i = 0; i < 1000; i++) {
            tasks.after(SECOND, () -> null);
        }
        assertThrows(IllegalStateException.class, () -> tasks.submit(() -> null));
    }

    @Test
    void whatWasCancelledMakesRoom() {
        for (int i = 0; i < 3000; i++) {
            tasks.after(SECOND, () -> null).cancel();
        }
        tasks.after(SECOND, () -> null);
    }

    @Test
    void aTaskEndsQuietlyAtAClosedGate() throws Exception {
        gate.close();
        awaitDone(tasks.submit(() -> {
            ran.release();
            return null;
        }));
        assertEquals(0, ran.availablePermits());
    }
}
