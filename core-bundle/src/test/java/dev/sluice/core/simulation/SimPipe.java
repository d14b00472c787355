package dev.sluice.core.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Bytes on their way in one direction: bounded, late, in pieces. One reads, one writes. */
final class SimPipe {
    private final Scheduler scheduler;
    private final Dice dice;
    private final String name;
    private final int pieces;
    private final byte[] ring;
    private long written;
    private long read;
    /** Written no longer ago than this can't be read yet. */
    private final long delay;
    private final List<long[]> arriving = new ArrayList<>();
    private long arrived;
    private boolean ended;
    private boolean writerGone;
    private String broken;
    private SimThread reader;
    private SimThread writer;
    private Runnable whenReadable;
    private final List<SimThread> waiting = new ArrayList<>();

    /**
     * An empty one.
     *
     * @param pieces in how many reads or writes one is cut short; 0: never
     * @param delay in nanoseconds, at most
     */
    SimPipe(Scheduler scheduler, Dice dice, String name, int capacity, int pieces, long delay) {
        this.scheduler = scheduler;
        this.dice = dice;
        this.name = name;
        this.ring = new byte[capacity];
        this.pieces = pieces;
        this.delay = delay;
    }

    private void arrive() {
        while (!arriving.isEmpty() && arriving.get(0)[0] <= scheduler.now()) {
            arrived = arriving.remove(0)[1];
        }
    }

    private int portion(int most) {
        return most > 1 && dice.once(pieces) ? 1 + dice.below(dice.once(2) ? Math.min(most, 40) : most) : most;
    }

    /** Waits for bytes unless told not to; 0 if there are none then, -1 at the end. */
    int read(ByteBuffer into, boolean waits) throws IOException {
        scheduler.point(20);
        SimThread self = (SimThread) Thread.currentThread();
        if (reader != null) {
            scheduler.fail("two threads read " + name + ": " + reader + " and " + self, null);
        }
        reader = self;
        try {
            while (true) {
                checkBroken();
                arrive();
                int there = (int) (arrived - read);
                if (there > 0) {
                    int n = portion(Math.min(there, into.remaining()));
                    copyOut(into, n);
                    wake();
                    return n;
                }
                if (ended && arriving.isEmpty()) {
                    return -1;
                }
                if (!waits) {
                    return 0;
                }
                waitFor("bytes of ");
            }
        } finally {
            reader = null;
        }
    }

    private void waitFor(String what) {
        SimThread self = (SimThread) Thread.currentThread();
        waiting.add(self);
        scheduler.block(what + name, arriving.isEmpty() ? -1 : arriving.get(0)[0]);
        waiting.remove(self);
    }

    /** Waits until some could be written. */
    int write(ByteBuffer from) throws IOException {
        scheduler.point(21);
        SimThread self = (SimThread) Thread.currentThread();
        if (writer != null) {
            scheduler.fail("two threads write " + name + ": " + writer + " and " + self, null);
        }
        writer = self;
        try {
            while (true) {
                checkBroken();
                if (writerGone) {
                    throw new java.nio.channels.AsynchronousCloseException();
                }
                if (ended) {
                    throw new IOException("Broken pipe");
                }
                int room = ring.length - (int) (written - read);
                if (room > 0) {
                    int n = portion(Math.min(room, from.remaining()));
                    copyIn(from, n);
                    long at = scheduler.now() + (delay > 0 ? dice.between(0, delay) : 0);
                    if (!arriving.isEmpty()) {
                        at = Math.max(at, arriving.get(arriving.size() - 1)[0]);
                    }
                    arriving.add(new long[] {at, written});
                    wake();
                    return n;
                }
                waiting.add(self);
                scheduler.block("room in " + name, -1);
                waiting.remove(self);
            }
        } finally {
            writer = null;
        }
    }

    private void copyOut(ByteBuffer into, int n) {
        for (int left = n; left > 0;) {
            int at = (int) (read % ring.length);
            int piece = Math.min(left, ring.length - at);
            into.put(ring, at, piece);
            read += piece;
            left -= piece;
        }
    }

    private void copyIn(ByteBuffer from, int n) {
        for (int left = n; left > 0;) {
            int at = (int) (written % ring.length);
            int piece = Math.min(left, ring.length - at);
            from.get(ring, at, piece);
            written += piece;
            left -= piece;
        }
    }

    /** Nothing is written any more; what is on its way arrives. */
    void end() {
        ended = true;
        wake();
    }

    /** Nothing arrives any more, and whoever tries is told so. */
    void breakWith(String why) {
        if (broken == null) {
            broken = why;
        }
        wake();
    }

    /** The writer's own end was closed: what it has written arrives all the same. */
    void breakForWriter() {
        writerGone = true;
        wake();
    }

    private void checkBroken() throws IOException {
        if (broken != null) {
            throw broken.isEmpty() ? new java.nio.channels.AsynchronousCloseException() : new IOException(broken);
        }
    }

    private void wake() {
        waiting.forEach(scheduler::ready);
        Runnable action = whenReadable;
        if (action != null) {
            action.run();
        }
    }

    /** Called whenever something has changed; must not wait. Null takes it back. */
    void onChange(Runnable action) {
        whenReadable = action;
    }

    /** Whether a read would return at once; if not, when it may, or -1. */
    boolean isReady() {
        arrive();
        return broken != null || arrived > read || ended && arriving.isEmpty();
    }

    long readyAt() {
        return arriving.isEmpty() ? -1 : arriving.get(0)[0];
    }
}
