package dev.sluice.filter.rate;

import dev.sluice.api.Cancellation;
import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Peer;
import dev.sluice.api.ReadReply;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.shared.tokenbucket.TokenBucket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Waits until a read or write is within all limits, then passes it on; nothing else is limited, as in nbdkit. */
final class RateDevice extends ForwardingDevice {
    private static final String FORMAT = "dev.sluice.filter.rate.connection";
    private static final int VERSION = 1;
    private static final int BITS = 8;
    /** How long a sleep is at most, so that another rate comes into effect soon. */
    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(500);

    private final Pair ofConnection;
    private final Pair ofClient;
    private final Pair ofAll;
    private final Clients clients;
    private final Peer peer;
    private final Cancellation cancellation;
    private final LongSupplier clock;

    RateDevice(NbdDevice next, Pair ofConnection, Pair ofClient, Pair ofAll, Clients clients, OpenRequest request) {
        super(next);
        this.ofConnection = ofConnection;
        this.ofClient = ofClient;
        this.ofAll = ofAll;
        this.clients = clients;
        this.peer = request.client().peer();
        this.cancellation = request.cancellation();
        this.clock = request.clock();
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        await(length, false);
        next.read(offset, length, reply);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        await(data.remaining(), true);
        next.write(offset, data, flags);
    }

    private void await(int bytes, boolean write) throws NbdException {
        long now = clock.getAsLong();
        look(now);
        TokenBucket first = ofConnection.bucket(write);
        TokenBucket second = ofClient.bucket(write);
        TokenBucket third = ofAll.bucket(write);
        long bits = (long) bytes * BITS;
        long firstTurn = first == null ? 0 : first.take(bits, now);
        long secondTurn = second == null ? 0 : second.take(bits, now);
        long thirdTurn = third == null ? 0 : third.take(bits, now);
        long wait = longest(first, firstTurn, second, secondTurn, third, thirdTurn, now);
        while (wait > 0) {
            try {
                cancellation.sleep(Duration.ofNanos(Math.min(wait, SLICE)));
            } catch (NbdException e) {
                putBack(first, bits);
                putBack(second, bits);
                putBack(third, bits);
                throw e;
            }
            now = clock.getAsLong();
            look(now);
            wait = longest(first, firstTurn, second, secondTurn, third, thirdTurn, now);
        }
    }

    private static long longest(TokenBucket first, long firstTurn, TokenBucket second, long secondTurn, TokenBucket third, long thirdTurn,
            long now) {
        long a = first == null ? 0 : first.pending(firstTurn, now);
        long b = second == null ? 0 : second.pending(secondTurn, now);
        long c = third == null ? 0 : third.pending(thirdTurn, now);
        return Math.max(a, Math.max(b, c));
    }

    private void look(long now) {
        ofConnection.look(now);
        ofClient.look(now);
        ofAll.look(now);
    }

    private void putBack(TokenBucket bucket, long bits) {
        if (bucket != null) {
            bucket.putBack(bits, clock.getAsLong());
        }
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("levels", ofConnection.state(clock.getAsLong()))));
    }

    @Override
    public void adopt(HandOver handed) {
        if (!handed.format().equals(FORMAT) || !(handed.state().get("levels") instanceof Map<?, ?> levels)) {
            throw new ConfigException("rate: can't take over state of format '" + handed.format() + "' version " + handed.version());
        }
        ofConnection.adopt(levels, clock.getAsLong());
    }

    @Override
    public void close() {
        clients.leave(peer, clock.getAsLong());
    }
}
