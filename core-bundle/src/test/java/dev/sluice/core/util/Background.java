package dev.sluice.core.util;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Runs a part of a test on a thread of its own. Waits are bounded, so that a broken test ends. */
public final class Background<T> {
    private final FutureTask<T> task;

    private Background(Callable<T> work) {
        task = new FutureTask<>(work);
        Thread t = new Thread(task, "test-background");
        t.setDaemon(true);
        t.start();
    }

    /** Starts it. */
    public static <T> Background<T> run(Callable<T> work) {
        return new Background<>(work);
    }

    /** Whether it has ended. */
    public boolean isDone() {
        return task.isDone();
    }

    /** Its result, once it has ended; what it threw is thrown here. */
    public T result() throws Exception {
        try {
            return task.get(ManualPlatform.BOUND, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("the background has not ended within " + ManualPlatform.BOUND + " real seconds", e);
        }
    }

    /** Waits for a latch; fails if it is not reached. */
    public static void await(CountDownLatch latch) {
        try {
            if (!latch.await(ManualPlatform.BOUND, TimeUnit.SECONDS)) {
                throw new AssertionError("not reached within " + ManualPlatform.BOUND + " real seconds");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Looks again and again until it is so, or for so long that it never will be; what is asserted then says more than this could. */
    public static void letBecome(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ManualPlatform.BOUND);
        while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
            Thread.yield();
        }
    }

    /** Looks again and again until it is so, for what nobody signals; fails if it never is. */
    public static void until(Callable<Boolean> condition, String what) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ManualPlatform.BOUND);
        while (!condition.call()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not so within " + ManualPlatform.BOUND + " real seconds: " + what);
            }
            Thread.onSpinWait();
            Thread.yield();
        }
    }
}
