package dev.sluice.itests.harness;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition with a deadline; when that passes the failure shows all threads and what the caller adds. */
public final class Await {
    private static final Duration DEFAULT = Duration.ofSeconds(60);

    private Await() {
    }

    /** Waits up to 60 s. */
    public static void until(String what, BooleanSupplier condition) {
        until(what, DEFAULT, condition, () -> "");
    }

    /** Waits; looks every millisecond. */
    public static void until(String what, Duration atMost, BooleanSupplier condition, Supplier<String> evidence) {
        long end = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() >= end) {
                throw new AssertionError("not within " + atMost.toMillis() + " ms: " + what + "\n" + told(evidence) + "\n" + threads());
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** What was waited for and the stacks are worth more than what the caller adds: whatever becomes of that, they are shown. */
    private static String told(Supplier<String> evidence) {
        try {
            return evidence.get();
        } catch (RuntimeException | Error e) {
            return "what belongs here cannot be told: " + e;
        }
    }

    /** All threads with their stacks. */
    public static String threads() {
        StringBuilder text = new StringBuilder("threads:\n");
        for (ThreadInfo t : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
            text.append('"').append(t.getThreadName()).append("\" ").append(t.getThreadState()).append('\n');
            for (StackTraceElement e : t.getStackTrace()) {
                text.append("    at ").append(e).append('\n');
            }
        }
        return text.toString();
    }
}
