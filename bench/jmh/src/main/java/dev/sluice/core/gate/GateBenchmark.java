package dev.sluice.core.gate;

import dev.sluice.core.util.RealPlatform;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** Entering and leaving the gate, which every request does once. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GateBenchmark {
    /** A connection's own gate. */
    @State(Scope.Thread)
    public static class Own {
        final Gate gate = new Gate(new RealPlatform(), "bench");
    }

    /** A gate that threads share: workers of one connection. */
    @State(Scope.Benchmark)
    public static class Shared {
        final Gate gate = new Gate(new RealPlatform(), "bench");
    }

    /** One thread, its own gate. */
    @Benchmark
    public boolean one(Own own) {
        return pass(own.gate);
    }

    /** Two threads, two connections: should cost what one costs. */
    @Benchmark
    @Threads(2)
    public boolean twoConnections(Own own) {
        return pass(own.gate);
    }

    /** Two threads at work for one connection. */
    @Benchmark
    @Threads(2)
    public boolean twoWorkersOfOneConnection(Shared shared) {
        return pass(shared.gate);
    }

    private static boolean pass(Gate gate) {
        boolean entered = gate.tryEnter();
        gate.exit();
        return entered;
    }
}
