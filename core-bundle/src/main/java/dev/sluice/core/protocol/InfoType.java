package dev.sluice.core.protocol;

/** Pieces of information in answers to INFO and GO (NBD specification, "Information types"). */
public final class InfoType {
    /** Size and transmission flags; always sent. */
    public static final int EXPORT = 0;
    /** The name, where the client's was empty. */
    public static final int NAME = 1;
    /** For people. */
    public static final int DESCRIPTION = 2;
    /** Minimum, preferred and maximum block size. */
    public static final int BLOCK_SIZE = 3;

    /** Length of EXPORT: type, size, flags. */
    public static final int EXPORT_LENGTH = 2 + 8 + 2;
    /** Length of BLOCK_SIZE: type and three sizes. */
    public static final int BLOCK_SIZE_LENGTH = 2 + 4 + 4 + 4;

    private InfoType() {
    }
}
