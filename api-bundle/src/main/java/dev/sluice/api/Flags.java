package dev.sluice.api;

/**
 * A set of the flags that come with a request. One object per combination exists, so that passing flags around costs
 * nothing; compare with {@code ==} or {@code equals}.
 */
public final class Flags {
    /** Bit: the effect must be on stable storage before the call returns. */
    public static final int FUA = 1;
    /** Bit, zero only: storage may be given back (the opposite of the protocol's NO_HOLE). */
    public static final int MAY_TRIM = 2;
    /** Bit, zero only: fail at once with ENOTSUP unless this is quicker than writing. */
    public static final int FAST_ZERO = 4;
    /** Bit, status only: one extent is enough. */
    public static final int REQ_ONE = 8;

    private static final Flags[] ALL = new Flags[16];

    static {
        for (int i = 0; i < ALL.length; i++) {
            ALL[i] = new Flags(i);
        }
    }

    /** No flag. */
    public static final Flags NONE = ALL[0];

    private final int bits;

    private Flags(int bits) {
        this.bits = bits;
    }

    /**
     * The set with these bits.
     *
     * @param bits any sum of {@link #FUA}, {@link #MAY_TRIM}, {@link #FAST_ZERO}, {@link #REQ_ONE}
     * @throws IndexOutOfBoundsException for other bits
     */
    public static Flags of(int bits) {
        return ALL[bits];
    }

    /** All bits. */
    public int bits() {
        return bits;
    }

    /** Whether {@link #FUA} is in the set. */
    public boolean fua() {
        return (bits & FUA) != 0;
    }

    /** Whether {@link #MAY_TRIM} is in the set. */
    public boolean mayTrim() {
        return (bits & MAY_TRIM) != 0;
    }

    /** Whether {@link #FAST_ZERO} is in the set. */
    public boolean fastZero() {
        return (bits & FAST_ZERO) != 0;
    }

    /** Whether {@link #REQ_ONE} is in the set. */
    public boolean reqOne() {
        return (bits & REQ_ONE) != 0;
    }

    /** This set and these bits. */
    public Flags with(int more) {
        return ALL[bits | more];
    }

    /** This set without these bits. */
    public Flags without(int fewer) {
        return ALL[bits & ~fewer];
    }

    /** nbdkit's words for the flags, with commas between them: {@code fua,may_trim,fast,req_one}; empty for none. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder();
        append(s, FUA, "fua");
        append(s, MAY_TRIM, "may_trim");
        append(s, FAST_ZERO, "fast");
        append(s, REQ_ONE, "req_one");
        return s.toString();
    }

    private void append(StringBuilder s, int bit, String word) {
        if ((bits & bit) != 0) {
            s.append(s.length() == 0 ? "" : ",").append(word);
        }
    }
}
