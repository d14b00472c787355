package dev.sluice.plugin.info;

import dev.sluice.api.HandOver;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The time since its client came, which goes on when the code is changed. */
final class ConnectionClockDevice extends ClockDevice {
    private final Start start;

    ConnectionClockDevice(LongSupplier nanos) {
        this(nanos, new Start(nanos.getAsLong()));
    }

    private ConnectionClockDevice(LongSupplier nanos, Start start) {
        super(() -> microsSince(nanos, start.nanos));
        this.start = start;
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(InfoPlugin.FORMAT, InfoPlugin.VERSION, Map.of("connected", start.nanos)));
    }

    @Override
    public void adopt(HandOver state) {
        start.nanos = InfoPlugin.checked(state, "connected");
    }

    /** When the client came. */
    private static final class Start {
        private volatile long nanos;

        Start(long nanos) {
            this.nanos = nanos;
        }
    }
}
