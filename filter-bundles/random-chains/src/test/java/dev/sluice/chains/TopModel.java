package dev.sluice.chains;

import java.util.BitSet;

/**
 * What a client may read: for each byte one value, or two after a trim (it may read as before or as zero).
 */
final class TopModel {
    private final byte[] values;
    private final boolean forgets;
    private final BitSet hasOther = new BitSet();
    /** Where a change has failed, so that nothing is promised of stable storage. */
    private final BitSet vague = new BitSet();

    /**
     * For these bytes.
     *
     * @param forgets whether what was trimmed may read as anything
     */
    TopModel(byte[] contents, boolean forgets) {
        this.forgets = forgets;
        values = contents.clone();
    }

    int size() {
        return values.length;
    }

    /** A write has succeeded. */
    void written(int offset, byte[] data) {
        System.arraycopy(data, 0, values, offset, data.length);
        hasOther.clear(offset, offset + data.length);
        vague.clear(offset, offset + data.length);
    }

    /** A trim has succeeded, or failed. */
    void trimmed(int offset, int length) {
        hasOther.set(offset, offset + length);
    }

    /**
     * A write or zero has failed: each byte is old or new, and what a read says now it stays.
     *
     * @param data the new bytes
     * @param seen a read after the failure
     * @return what is wrong; empty: nothing
     */
    String failed(int offset, byte[] data, byte[] seen) {
        for (int i = 0; i < data.length; i++) {
            int at = offset + i;
            if (seen[i] != data[i] && !allows(at, seen[i])) {
                return "byte " + at + " is " + seen[i] + " after a failed change to " + data[i] + ", and was " + text(at);
            }
        }
        for (int i = 0; i < data.length; i++) {
            int at = offset + i;
            vague.set(at);
            if (!allows(at, seen[i])) {
                values[at] = seen[i];
                hasOther.clear(at);
            }
        }
        return "";
    }

    private boolean allows(int at, byte value) {
        return value == values[at] || hasOther.get(at) && (forgets || value == 0);
    }

    private String text(int at) {
        return values[at] + (hasOther.get(at) ? " or 0" : "");
    }

    /** What is wrong with bytes that were read; empty: nothing. */
    String check(int offset, byte[] seen) {
        for (int i = 0; i < seen.length; i++) {
            if (!allows(offset + i, seen[i])) {
                return "byte " + (offset + i) + " reads as " + seen[i] + " and should be " + text(offset + i);
            }
        }
        return "";
    }

    /** What is wrong with a range of the bytes that a loss of power would leave; empty: nothing. */
    String checkStable(int offset, int length, byte[] stable) {
        for (int i = offset; i < offset + length; i++) {
            // of what was trimmed nobody can say what is stable
            if (stable[i] != values[i] && !hasOther.get(i) && !vague.get(i)) {
                return "byte " + i + " is " + stable[i] + " on stable storage and should be " + text(i);
            }
        }
        return "";
    }

    /** What is wrong with an extent that is said to read as zeroes; empty: nothing. */
    String checkZeroes(int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (!allows(i, (byte) 0)) {
                return "byte " + i + " lies in an extent of zeroes and should be " + text(i);
            }
        }
        return "";
    }
}
