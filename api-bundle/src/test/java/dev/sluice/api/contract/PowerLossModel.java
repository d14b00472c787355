package dev.sluice.api.contract;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a disk may have after the power was out: each byte is that of the last flush, or of any write since then; those of a
 * write with FUA are not older than that. For one thread.
 */
public final class PowerLossModel {
    /** The disk at the last flush, and after every change since. */
    private final List<byte[]> states = new ArrayList<>();

    /** With these bytes on stable storage. */
    public PowerLossModel(byte[] contents) {
        states.add(contents.clone());
    }

    /** What clients see now. */
    public byte[] now() {
        return states.get(states.size() - 1).clone();
    }

    /** A write was answered. */
    public void wrote(int offset, byte[] bytes, boolean fua) {
        byte[] next = now();
        System.arraycopy(bytes, 0, next, offset, bytes.length);
        states.add(next);
        if (fua) {
            states.forEach(s -> System.arraycopy(bytes, 0, s, offset, bytes.length));
        }
    }

    /** Zeroes were written. */
    public void zeroed(int offset, int length) {
        wrote(offset, new byte[length], false);
    }

    /** A flush was answered. */
    public void flushed() {
        byte[] all = now();
        states.clear();
        states.add(all);
    }

    /**
     * Compares what is there after the power was out; goes on with it.
     *
     * @throws AssertionError names the first byte that can't be there
     */
    public void checkAfterwards(byte[] found, Object context) {
        if (found.length != states.get(0).length) {
            throw new AssertionError("the disk has " + found.length + " bytes; " + context);
        }
        for (int i = 0; i < found.length; i++) {
            int at = i;
            if (states.stream().noneMatch(s -> s[at] == found[at])) {
                throw new AssertionError("byte " + i + " is " + found[i] + ", which was neither flushed nor written since; the last"
                        + " flush had " + states.get(0)[i] + ", now it is " + now()[i] + "; " + context);
            }
        }
        states.clear();
        states.add(Arrays.copyOf(found, found.length));
    }
}
