package dev.sluice.core.protocol;

/** Handshake flags; server and client use the same bits (NBD specification, "Handshake flags", "Client flags"). */
public final class HandshakeFlag {
    /** Options can be refused with an answer. */
    public static final int FIXED_NEWSTYLE = 1;
    /** No padding after the answer to EXPORT_NAME. */
    public static final int NO_ZEROES = 1 << 1;
    /** All that exist. */
    public static final int ALL = FIXED_NEWSTYLE | NO_ZEROES;

    private HandshakeFlag() {
    }
}
