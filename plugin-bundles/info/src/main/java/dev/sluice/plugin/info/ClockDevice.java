package dev.sluice.plugin.info;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.Support;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * Twelve bytes that are a time, as it is at the moment of the read: seconds (64 bits) and microseconds (32 bits), both
 * big-endian. Who wants both of the same moment reads them at once.
 */
class ClockDevice implements NbdDevice {
    private static final int SIZE = Long.BYTES + Integer.BYTES;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long NANOS_PER_MICRO = 1000;

    private final LongSupplier micros;
    private final DeviceInfo info = DeviceInfo.readOnly(SIZE).cache(Support.NATIVE).build();

    /** Tells this many microseconds. */
    ClockDevice(LongSupplier micros) {
        this.micros = micros;
    }

    /** Since 1970. */
    static ClockDevice timeOfDay(Clock clock) {
        return new ClockDevice(() -> {
            Instant now = clock.instant();
            return now.getEpochSecond() * MICROS_PER_SECOND + now.getNano() / NANOS_PER_MICRO;
        });
    }

    /** Since a moment that is looked up at each read. */
    static ClockDevice since(LongSupplier nanos, LongSupplier start) {
        return new ClockDevice(() -> microsSince(nanos, start.getAsLong()));
    }

    static long microsSince(LongSupplier nanos, long start) {
        return (nanos.getAsLong() - start) / NANOS_PER_MICRO;
    }

    @Override
    public final DeviceInfo info() {
        return info;
    }

    @Override
    public final void read(long offset, int length, ReadReply reply) throws NbdException {
        long now = micros.getAsLong();
        long seconds = now / MICROS_PER_SECOND;
        long rest = now % MICROS_PER_SECOND;
        ByteBuffer buffer = reply.buffer(length);
        for (int at = (int) offset; at < offset + length; at++) {
            buffer.put((byte) (at < Long.BYTES ? seconds >>> (Long.BYTES - 1 - at) * 8 : rest >>> (SIZE - 1 - at) * 8));
        }
    }
}
