package dev.sluice.itests.crash;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What clients of one export were told, block by block. Every write of a block has a number of its own, and the writes of
 * one block are asked for one after the other, so what must be there after a crash lies between two numbers.
 */
final class Promises {
    /** Bytes of a block. */
    static final int BLOCK = 4096;

    private final AtomicLongArray sent;
    private final AtomicLongArray answered;
    private final AtomicLongArray durable;
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong answers = new AtomicLong();

    Promises(int blocks) {
        sent = new AtomicLongArray(blocks);
        answered = new AtomicLongArray(blocks);
        durable = new AtomicLongArray(blocks);
    }

    int blocks() {
        return sent.length();
    }

    /** A write of this block is asked for: its contents. */
    byte[] next(int block, int count) {
        ByteBuffer data = ByteBuffer.allocate(count * BLOCK);
        for (int i = 0; i < count; i++) {
            long number = numbers.incrementAndGet();
            sent.set(block + i, number);
            while (data.position() < (i + 1) * BLOCK) {
                data.putLong(number);
            }
        }
        return data.array();
    }

    /** The write was answered, with FUA or not. */
    void answered(int block, byte[] data, boolean fua) {
        ByteBuffer d = ByteBuffer.wrap(data);
        for (int i = 0; i * BLOCK < data.length; i++) {
            long number = d.getLong(i * BLOCK);
            answered.set(block + i, number);
            if (fua) {
                raise(block + i, number);
            }
        }
        answers.incrementAndGet();
    }

    /** What a flush that is asked for now has to cover. */
    long[] beforeFlush() {
        long[] all = new long[answered.length()];
        for (int i = 0; i < all.length; i++) {
            all[i] = answered.get(i);
        }
        return all;
    }

    /** The flush was answered. */
    void flushed(long[] covered) {
        for (int i = 0; i < covered.length; i++) {
            raise(i, covered[i]);
        }
        answers.incrementAndGet();
    }

    private void raise(int block, long number) {
        durable.accumulateAndGet(block, number, Math::max);
    }

    /** How many requests were answered. */
    long answers() {
        return answers.get();
    }

    /** How many blocks had to be there, at one number at least. */
    long promised() {
        long n = 0;
        for (int i = 0; i < durable.length(); i++) {
            n += durable.get(i) > 0 ? 1 : 0;
        }
        return n;
    }

    /** Holds what is there against what was promised, and goes on with it; the mistakes. */
    List<String> compare(byte[] disk) {
        List<String> wrong = new ArrayList<>();
        ByteBuffer d = ByteBuffer.wrap(disk);
        for (int b = 0; b < blocks(); b++) {
            long there = d.getLong(b * BLOCK);
            for (int at = b * BLOCK; at < (b + 1) * BLOCK; at += 8) {
                long number = d.getLong(at);
                if (number < durable.get(b) || number > sent.get(b)) {
                    wrong.add("block " + b + " has write " + number + " at " + at % BLOCK + "; write " + durable.get(b)
                            + " was promised, write " + sent.get(b) + " was the last that was asked for");
                    break;
                }
                there = Math.min(there, number);
            }
            answered.set(b, there);
            durable.set(b, there);
        }
        return wrong;
    }
}
