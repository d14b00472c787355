package dev.sluice.core.transmission;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.protocol.Magic;
import dev.sluice.core.util.RealPlatform;
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

/** Headers in and out: a request decoded and checked, a reply encoded. No byte of data is copied. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {
    private static final int BLOCK = 4096;

    /** What the session has negotiated. */
    @Param({"simple", "structured", "extended"})
    public String headers;

    private final BufferPool pool = new BufferPool(new RealPlatform(), 64 << 20);
    private final Batch batch = new Batch(pool, 128 << 10);
    private final Reply reply = new Reply(pool);
    private final Request request = new Request();
    private final ByteBuffer in = ByteBuffer.allocateDirect(Request.EXTENDED_LENGTH);
    private SessionFacts facts;
    private ReplyEncoder encoder;

    /** A read of one block. */
    @Setup
    public void prepare() {
        boolean extended = headers.equals("extended");
        facts = new SessionFacts(!headers.equals("simple"), extended, 1, List.of());
        encoder = new ReplyEncoder(facts);
        in.putInt(extended ? Magic.EXTENDED_REQUEST : Magic.REQUEST).putShort((short) 0).putShort((short) Command.READ).putLong(7);
        in.putLong(8 * BLOCK);
        if (extended) {
            in.putLong(BLOCK);
        } else {
            in.putInt(BLOCK);
        }
        in.flip();
        request.decode(in, extended);
    }

    /** Gives the arena back. */
    @TearDown
    public void release() {
        batch.release();
    }

    /** A request off the wire, and whether it may run. */
    @Benchmark
    public Object decodeAndCheck() {
        in.rewind();
        return request.decode(in, facts.extended()) ? RequestValidator.check(request, facts) : this;
    }

    /** The reply to a read of one block that is described as one buffer. */
    @Benchmark
    public boolean encodeRead() throws NbdException {
        reply.begin(batch, encoder.readHeader(), BLOCK);
        ByteBuffer into = reply.buffer(BLOCK);
        into.position(into.limit());
        encoder.read(batch, request, reply);
        return sent();
    }

    /** The reply to a read of one block that is a hole. */
    @Benchmark
    public boolean encodeHole() throws NbdException {
        reply.begin(batch, encoder.readHeader(), BLOCK);
        reply.zeroes(BLOCK);
        encoder.read(batch, request, reply);
        return sent();
    }

    /** The reply to a write. */
    @Benchmark
    public boolean encodeSuccess() throws NbdException {
        encoder.success(batch, request);
        return sent();
    }

    /** The reply to a request that failed. */
    @Benchmark
    public boolean encodeError() throws NbdException {
        encoder.error(batch, request, NbdError.EIO, "the disk is broken");
        return sent();
    }

    private boolean sent() {
        boolean empty = batch.isEmpty();
        batch.reset();
        return empty;
    }
}
