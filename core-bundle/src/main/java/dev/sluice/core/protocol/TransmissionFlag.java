package dev.sluice.core.protocol;

/** Transmission flags of an export (NBD specification, "Transmission flags"). */
public final class TransmissionFlag {
    /** Always set. */
    public static final int HAS_FLAGS = 1;
    /** Writes fail. */
    public static final int READ_ONLY = 1 << 1;
    /** FLUSH works. */
    public static final int SEND_FLUSH = 1 << 2;
    /** The FUA flag works. */
    public static final int SEND_FUA = 1 << 3;
    /** The medium turns. */
    public static final int ROTATIONAL = 1 << 4;
    /** TRIM works. */
    public static final int SEND_TRIM = 1 << 5;
    /** WRITE_ZEROES works. */
    public static final int SEND_WRITE_ZEROES = 1 << 6;
    /** The DF flag works. */
    public static final int SEND_DF = 1 << 7;
    /** Flush and FUA cover all connections. */
    public static final int CAN_MULTI_CONN = 1 << 8;
    /** Experimental; never sent. */
    public static final int SEND_RESIZE = 1 << 9;
    /** CACHE works. */
    public static final int SEND_CACHE = 1 << 10;
    /** The FAST_ZERO flag works. */
    public static final int SEND_FAST_ZERO = 1 << 11;
    /** BLOCK_STATUS takes a payload; only with extended headers. */
    public static final int BLOCK_STATUS_PAYLOAD = 1 << 12;

    private TransmissionFlag() {
    }
}
