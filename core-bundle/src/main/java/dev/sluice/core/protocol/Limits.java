package dev.sluice.core.protocol;

/** Bounds of the NBD specification and of nbdkit, each with its source. */
public final class Limits {
    /** Strings: names, descriptions, queries, messages (specification, "Values"). */
    public static final int MAX_STRING = 4096;
    /** Payload of a READ or WRITE (nbdkit's limit; the specification asks for at least 32 MiB). */
    public static final int MAX_PAYLOAD = 64 << 20;
    /** A refused WRITE's payload up to this size is read away; beyond, the connection is closed (nbdkit). */
    public static final long MAX_SKIPPED_PAYLOAD = 128L << 20;
    /** Payload of an option; beyond, the connection is closed (nbdkit). */
    public static final int MAX_OPTION = 64 << 20;
    /** Options per handshake (nbdkit); grows by as many for every export listed. */
    public static final int MAX_OPTIONS = 32;
    /** Exports in a list (nbdkit). */
    public static final int MAX_EXPORTS = 10_000;
    /** Descriptors in a block status reply (specification, "2^20"). */
    public static final int MAX_EXTENTS = 1 << 20;
    /** One 32-bit descriptor is cut here, so that it stays a multiple of every legal block size (nbdkit 1.44). */
    public static final long MAX_DESCRIPTOR = 0x1_0000_0000L - 65536;

    private Limits() {
    }
}
