package dev.sluice.itests.live.kinds;

import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** The device of {@link TallyFilter}. */
final class TallyDevice extends ForwardingDevice {
    private final TallyFilter filter;
    private final AtomicLong own = new AtomicLong();

    TallyDevice(TallyFilter filter, NbdDevice next) {
        super(next);
        this.filter = filter;
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        super.write(offset, data, flags);
        filter.total().incrementAndGet();
        own.incrementAndGet();
    }

    @Override
    public void flush() throws IOException {
        super.flush();
        filter.script().at("tally", filter.total().get(), own.get());
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(TallyFilter.FORMAT, 1, Map.of("own", own.get())));
    }

    @Override
    public void adopt(HandOver state) {
        own.set((Long) state.state().get("own"));
    }
}
