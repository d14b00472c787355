package dev.sluice.core.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * What clients have been told, block by block, and what may therefore be on the disk: each write with when it was asked
 * for and when it was answered. Two writes that overlap in time may be in any order; otherwise the later one wins.
 */
final class History {
    /** Not answered, and perhaps never to be. */
    static final long OPEN = Long.MAX_VALUE;

    /** One write of one block. */
    static final class Write {
        final int block;
        final long value;
        final int connection;
        final long asked;
        long answered = OPEN;
        /** It was answered with success, and it is one that has to have an effect. */
        boolean sure;
        /** It was refused before it was run: it has no effect. */
        boolean refused;
        boolean durable;
        /** When a client had the answer to a read that found it: it is done since then at the latest. */
        long seen = OPEN;

        private Write(int block, long value, int connection, long asked) {
            this.block = block;
            this.value = value;
            this.connection = connection;
            this.asked = asked;
        }
    }

    private final List<List<Write>> blocks = new ArrayList<>();
    private int generation;

    /** All zeroes, for ever. */
    History(int count) {
        for (int i = 0; i < count; i++) {
            blocks.add(new ArrayList<>());
        }
        for (int i = 0; i < count; i++) {
            begin(i, 0);
        }
    }

    private void begin(int block, long value) {
        Write first = new Write(block, value, 0, -2);
        first.answered = -1;
        first.sure = true;
        first.durable = true;
        blocks.get(block).clear();
        blocks.get(block).add(first);
    }

    /** Counts how often the power was out: answers from before say nothing about what is there now. */
    int generation() {
        return generation;
    }

    /** A client asks for a write. */
    Write asked(int block, long value, int connection, long now) {
        Write w = new Write(block, value, connection, now);
        blocks.get(block).add(w);
        return w;
    }

    /** A flush that was asked for then was answered with success: it covers this connection, or all. */
    void flushed(long asked, int connection, boolean all) {
        for (List<Write> writes : blocks) {
            for (Write w : writes) {
                if (w.sure && w.answered < asked && (all || w.connection == connection)) {
                    w.durable = true;
                }
            }
        }
    }

    /** Why a read that was asked for then can't have found this; null if it can. */
    String whyNot(int block, long value, long asked) {
        long newest = Long.MIN_VALUE;
        for (Write w : blocks.get(block)) {
            if (w.sure && w.answered < asked || w.seen < asked) {
                newest = Math.max(newest, w.asked);
            }
        }
        return find(block, value, newest, "an older one, though a later write was answered or read before");
    }

    /** A read has found this. */
    void seen(int block, long value, long now) {
        for (Write w : blocks.get(block)) {
            if (value != 0 && w.value == value && w.seen == OPEN) {
                w.seen = now;
            }
        }
    }

    /** Why this can't be what is on stable storage; null if it can. */
    String whyNotStable(int block, long value) {
        long newest = Long.MIN_VALUE;
        for (Write w : blocks.get(block)) {
            if (w.durable) {
                newest = Math.max(newest, w.asked);
            }
        }
        return find(block, value, newest, "an older one, though a later write was flushed");
    }

    private String find(int block, long value, long newest, String older) {
        boolean known = false;
        boolean refused = false;
        for (Write w : blocks.get(block)) {
            if (w.value == value) {
                if (!w.refused && w.answered >= newest) {
                    return null;
                }
                known |= !w.refused;
                refused |= w.refused;
            }
        }
        return "block " + block + " has " + text(value) + ": " + (known ? older : refused ? "that of a write that was refused"
                : "which nobody has written there, or which was replaced for good") + "; it may have " + possible(block, newest);
    }

    private String possible(int block, long newest) {
        StringBuilder text = new StringBuilder();
        for (Write w : blocks.get(block)) {
            if (!w.refused && w.answered >= newest) {
                text.append(text.isEmpty() ? "" : ", ").append(text(w.value));
            }
        }
        return text.toString();
    }

    static String text(long value) {
        return value == 0 ? "zeroes" : "request " + (value >> 12) + " block " + (value & 4095);
    }

    /** The power was out: from now on this is what was there before. */
    void beginWith(long[] values) {
        generation++;
        for (int i = 0; i < values.length; i++) {
            begin(i, values[i]);
        }
    }
}
