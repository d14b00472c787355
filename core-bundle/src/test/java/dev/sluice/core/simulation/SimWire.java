package dev.sluice.core.simulation;

import dev.sluice.api.Peer;
import dev.sluice.core.transport.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;

/** The server's end of a connection. */
final class SimWire implements Wire {
    private final Scheduler scheduler;
    private final SimNetwork network;
    private final SimPipe in;
    private final SimPipe out;
    private boolean closed;
    private Runnable parked;

    SimWire(Scheduler scheduler, SimNetwork network, SimPipe in, SimPipe out) {
        this.scheduler = scheduler;
        this.network = network;
        this.in = in;
        this.out = out;
    }

    private void check(String what) throws IOException {
        if (parked != null) {
            scheduler.fail(what + " of a connection that waits without a thread", null);
        }
        for (SimMonitor m : ((SimThread) Thread.currentThread()).held) {
            if (!m.toString().startsWith("output of ")) {
                scheduler.fail(what + " of a socket while '" + m + "' is held", null);
            }
        }
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        check("a read");
        return in.read(into, true);
    }

    @Override
    public int poll(ByteBuffer into) throws IOException {
        check("a poll");
        return in.read(into, false);
    }

    /** One look: time does not pass while somebody looks. */
    @Override
    public int spin(ByteBuffer into, long nanos) throws IOException {
        check("a spin");
        return in.read(into, false);
    }

    @Override
    public void whenReadable(Runnable action) throws IOException {
        scheduler.point(22);
        if (closed) {
            throw new ClosedChannelException();
        }
        if (parked != null) {
            scheduler.fail("a connection waits twice without a thread", null);
        }
        parked = action;
        in.onChange(this::look);
        look();
    }

    private void look() {
        if (parked == null) {
            return;
        }
        if (closed || in.isReady()) {
            Runnable action = parked;
            network.whenDue(-1, () -> fire(action));
        } else if (in.readyAt() >= 0) {
            network.whenDue(in.readyAt(), this::look);
        }
    }

    private void fire(Runnable action) {
        if (parked == action) {
            parked = null;
            in.onChange(null);
            action.run();
        }
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int count) throws IOException {
        check("a write");
        long total = 0;
        for (int i = offset; i < offset + count; i++) {
            if (from[i].hasRemaining()) {
                total += out.write(from[i]);
                if (from[i].hasRemaining()) {
                    break;
                }
            }
        }
        return total;
    }

    @Override
    public long transfer(FileChannel file, long position, long count) throws IOException {
        check("a transfer");
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(count, 64 << 10));
        int n = file.read(bytes, position);
        if (n <= 0) {
            return 0;
        }
        bytes.flip();
        return out.write(bytes);
    }

    @Override
    public Peer peer() {
        return Peer.LOCAL;
    }

    @Override
    public void close() {
        scheduler.point(23);
        if (closed) {
            return;
        }
        closed = true;
        in.breakWith("");
        out.end();
        out.breakForWriter();
        look();
    }
}
