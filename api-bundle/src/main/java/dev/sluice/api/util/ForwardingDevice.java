package dev.sluice.api.util;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A device that passes every request to another device: the base of most filters' devices. {@code prepare},
 * {@code finish} and {@code close} are not passed on, because the core calls them on every device itself; hand-over is
 * each device's own matter. Neither are {@link #writesInParts} and {@link #destination}, which would go past a
 * {@code write} that a filter overrides: one that does not mind passes them on itself.
 *
 * <p>A provider type on purpose: a class that extends it belongs to a filter, see {@link dev.sluice.api.NbdFilter}.
 */
@ProviderType
public class ForwardingDevice implements NbdDevice {
    /** The device behind this one. */
    protected final NbdDevice next;

    /** In front of {@code next}. */
    public ForwardingDevice(NbdDevice next) {
        this.next = Objects.requireNonNull(next);
    }

    @Override
    public DeviceInfo info() {
        return next.info();
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        next.read(offset, length, reply);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        next.write(offset, data, flags);
    }

    @Override
    public void flush() throws IOException {
        next.flush();
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        next.trim(offset, length, flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        next.zero(offset, length, flags);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        next.cache(offset, length);
    }

    @Override
    public List<MetaContext> contexts() {
        return next.contexts();
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        next.status(context, offset, length, flags, sink);
    }
}
