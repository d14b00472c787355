package dev.sluice.core.transmission;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.core.export.BenchExport;
import dev.sluice.core.gate.Gate;
import dev.sluice.core.protocol.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One request through a chain: gate, checking wrappers, filters that pass everything on, a disk of one block. The
 * difference between depths is what a filter costs. Reads include the copy of their bytes and the encoding of the reply.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChainBenchmark {
    /** Filters in front of the disk. */
    @Param({"0", "1", "5"})
    public int filters;
    /** Bytes of a request, at most 4096. */
    @Param("4096")
    public int block;

    private final Request request = new Request();
    private final ReplyEncoder encoder = new ReplyEncoder(new SessionFacts(false, false, 1, List.of()));
    private final ByteBuffer payload = ByteBuffer.allocateDirect(BenchExport.BLOCK);
    private BenchExport export;
    private Gate gate;
    private Batch batch;
    private Reply reply;

    /** Opens the export. */
    @Setup
    public void open() throws IOException {
        export = new BenchExport(filters);
        gate = export.connection.gate();
        batch = new Batch(export.services.buffers(), 128 << 10);
        reply = new Reply(export.services.buffers());
        request.type = Command.READ;
        request.length = block;
        payload.limit(block);
    }

    /** Ends it. */
    @TearDown
    public void close() {
        batch.release();
        export.close();
    }

    /** A read. */
    @Benchmark
    public boolean read() throws IOException {
        reply.begin(batch, encoder.readHeader(), block);
        device().read(0, block, reply);
        gate.exit();
        encoder.read(batch, request, reply);
        boolean empty = batch.isEmpty();
        batch.reset();
        return empty;
    }

    /** A write. */
    @Benchmark
    public int write() throws IOException {
        payload.position(0);
        device().write(0, payload, Flags.NONE);
        gate.exit();
        return payload.position();
    }

    /** A flush: nothing but the way down and up. */
    @Benchmark
    public boolean flush() throws IOException {
        device().flush();
        gate.exit();
        return gate.isClosed();
    }

    private NbdDevice device() {
        if (!gate.tryEnter()) {
            throw new IllegalStateException("nobody shuts this gate");
        }
        return export.connection.device();
    }
}
