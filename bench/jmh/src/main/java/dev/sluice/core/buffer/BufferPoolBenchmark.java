package dev.sluice.core.buffer;

import dev.sluice.api.NbdException;
import dev.sluice.core.util.RealPlatform;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** Leasing a buffer that the pool has kept, and giving it back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BufferPoolBenchmark {
    /** Bytes asked for: a whole size class, and one more byte than a class has, which costs a slice. */
    @Param({"4096", "65537", "1048576"})
    public int size;

    private final BufferPool pool = new BufferPool(new RealPlatform(), 256 << 20);

    /** One thread. */
    @Benchmark
    public int one() throws NbdException {
        return leaseAndGiveBack();
    }

    /** Two threads at one pool, the worst case: connections keep the buffers of their steady state. */
    @Benchmark
    @Threads(2)
    public int two() throws NbdException {
        return leaseAndGiveBack();
    }

    private int leaseAndGiveBack() throws NbdException {
        try (PooledBuffer b = pool.lease(size)) {
            return b.memory().capacity();
        }
    }
}
