package dev.sluice.filter.error;

import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** Throws the dice before each request; one that fails does not reach the device behind. */
final class ErrorDevice extends ForwardingDevice {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.error");

    private final Map<Operation, Injection> injections;
    private final DoubleSupplier dice;

    ErrorDevice(NbdDevice next, Map<Operation, Injection> injections, DoubleSupplier dice) {
        super(next);
        this.injections = injections;
        this.dice = dice;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        check(Operation.PREAD);
        next.read(offset, length, reply);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        check(Operation.PWRITE);
        next.write(offset, data, flags);
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        check(Operation.TRIM);
        next.trim(offset, length, flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        check(Operation.ZERO);
        next.zero(offset, length, flags);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        check(Operation.CACHE);
        next.cache(offset, length);
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        check(Operation.EXTENTS);
        next.status(context, offset, length, flags, sink);
    }

    private void check(Operation operation) throws NbdException {
        Injection injection = injections.get(operation);
        if (injection.hits(dice)) {
            String message = "injecting " + injection.error() + " error into " + operation.text();
            LOG.log(System.Logger.Level.ERROR, message);
            throw new NbdException(injection.error(), message);
        }
    }
}
