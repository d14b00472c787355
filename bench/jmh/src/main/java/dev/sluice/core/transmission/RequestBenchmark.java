package dev.sluice.core.transmission;

import dev.sluice.core.export.BenchExport;
import dev.sluice.core.handshake.NegotiatedSession;
import dev.sluice.core.handshake.TransmissionFlags;
import dev.sluice.core.protocol.Command;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The whole way of a request within the core, from its bytes to those of its reply, on the thread that serves the
 * connection; everything but the socket. Time for one request.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RequestBenchmark {
    /** Requests of one turn: enough that the hand-over between two threads at its ends does not count. */
    private static final int TURN = 16384;

    /** Filters in front of the disk. */
    @Param({"0", "5"})
    public int filters;
    /** Requests that come with one read of the socket. */
    @Param({"1", "16"})
    public int depth;
    /** What the client asks for, 4 KiB at a time. */
    @Param({"READ", "WRITE", "FLUSH"})
    public String command;

    private final CountDownLatch ended = new CountDownLatch(1);
    private BenchExport export;
    private Watcher watcher;
    private TurnWire wire;

    /** Starts to serve the connection. */
    @Setup
    public void open() throws IOException {
        export = new BenchExport(filters);
        watcher = new Watcher(export.services.platform());
        wire = new TurnWire(commandCode(), BenchExport.BLOCK, depth);
        NegotiatedSession session = new NegotiatedSession(export.connection,
                TransmissionFlags.of(export.connection.info(), false, false, false), false, false, List.of());
        new Transmission(wire, session, export.services, watcher, new HotSlots(4, 1), "bench", 16, 64 << 20, ended::countDown).run();
    }

    /** Ends the connection. */
    @TearDown
    public void close() throws InterruptedException {
        wire.close();
        if (!ended.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the connection does not end");
        }
        watcher.close();
        export.close();
    }

    /** One request. */
    @Benchmark
    @OperationsPerInvocation(TURN)
    public long request() throws InterruptedException {
        return wire.turn(TURN);
    }

    private int commandCode() {
        return switch (command) {
            case "READ" -> Command.READ;
            case "WRITE" -> Command.WRITE;
            default -> Command.FLUSH;
        };
    }
}
