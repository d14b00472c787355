package dev.sluice.itests.kinds;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Result;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;

/** A client that goes on reading and writing its part of a disk and compares every byte, until it is told to end. */
final class Probe implements Callable<Void>, AutoCloseable {
    private static final int BLOCK = 4096;

    private final Session session;
    private final KindCase.Content content;
    private final long base;
    private final byte[] model;
    private final ReadWriteLock rounds;
    private final AtomicLong count = new AtomicLong();
    private volatile boolean done;

    /**
     * Begins to use a part of the disk, which is as it is.
     *
     * @param rounds held for reading during every round; who holds it for writing knows that no request is under way
     */
    Probe(Session session, KindCase.Content content, long base, int length, ReadWriteLock rounds) throws IOException {
        this.session = session;
        this.content = content;
        this.base = base;
        this.rounds = rounds;
        model = length == 0 ? new byte[0] : session.read(base, length).data().clone();
    }

    /** Rounds so far. */
    long rounds() {
        return count.get();
    }

    /** Asks it to end after this round. */
    void end() {
        done = true;
    }

    @Override
    public Void call() throws IOException {
        for (long i = 0; !done; i++) {
            rounds.readLock().lock();
            try {
                round(i);
            } finally {
                rounds.readLock().unlock();
            }
            count.incrementAndGet();
        }
        if (model.length > 0) {
            compare(base, model.length, session.read(base, model.length).data());
        }
        session.disconnect();
        return null;
    }

    private void round(long round) throws IOException {
        if (model.length == 0) {
            failsWith(Wire.EINVAL, session.read(0, 1));
            return;
        }
        int blocks = Math.max(1, model.length / BLOCK);
        int at = (int) (round % blocks) * BLOCK;
        int other = (int) ((round * 7 + 3) % blocks) * BLOCK;
        int length = Math.min(BLOCK, model.length - at);
        if (content != KindCase.Content.FIXED) {
            write(round, at, length);
        }
        long first = session.send(0, Wire.READ, base + at, length);
        int rest = Math.min(BLOCK, model.length - other);
        long second = session.send(0, Wire.READ, base + other, rest);
        compare(base + at, length, session.result(first).data());
        compare(base + other, rest, session.result(second).data());
        if (round % 8 == 7 && session.facts().has(Wire.SEND_FLUSH)) {
            session.ask(0, Wire.FLUSH, 0, 0).ok();
        }
    }

    private void write(long round, int at, int length) throws IOException {
        byte[] data = content == KindCase.Content.SAME ? Arrays.copyOfRange(model, at, at + length)
                : Pattern.bytes(round + base, at, length);
        if (content == KindCase.Content.DISK && round % 5 == 4 && session.facts().has(Wire.SEND_WRITE_ZEROES)) {
            session.ask(0, Wire.WRITE_ZEROES, base + at, length).ok();
            Arrays.fill(model, at, at + length, (byte) 0);
            return;
        }
        int flags = round % 3 == 2 && session.facts().has(Wire.SEND_FUA) ? Wire.FUA : 0;
        Result result = session.result(session.sendWrite(flags, base + at, data));
        if (content == KindCase.Content.FULL) {
            failsWith(Wire.ENOSPC, result);
            return;
        }
        result.ok();
        if (content == KindCase.Content.DISK) {
            System.arraycopy(data, 0, model, at, length);
        }
    }

    private static void failsWith(int error, Result result) {
        if (result.error() != error) {
            throw new AssertionError("error " + error + " was expected of " + result);
        }
    }

    private void compare(long from, int length, byte[] got) {
        int start = (int) (from - base);
        int differs = Arrays.mismatch(got, 0, length, model, start, start + length);
        if (differs >= 0) {
            throw new AssertionError("wrong byte at " + (from + differs) + " in round " + count.get() + ": " + got[differs] + " instead of "
                    + model[start + differs]);
        }
    }

    @Override
    public void close() throws IOException {
        session.close();
    }
}
