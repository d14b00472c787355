package dev.sluice.core.protocol;

/** Magic numbers (NBD specification, "Values"). */
public final class Magic {
    /** The first 8 bytes of every greeting. */
    public static final long NBDMAGIC = 0x4e42_444d_4147_4943L;
    /** The second word of a newstyle greeting, and the head of every client option. */
    public static final long IHAVEOPT = 0x4948_4156_454f_5054L;
    /** The second word of an oldstyle greeting. */
    public static final long OLDSTYLE = 0x0000_4202_8186_1253L;
    /** Head of an option reply. */
    public static final long OPTION_REPLY = 0x0003_e889_0455_65a9L;
    /** Head of a compact request. */
    public static final int REQUEST = 0x2560_9513;
    /** Head of an extended request. */
    public static final int EXTENDED_REQUEST = 0x21e4_1c71;
    /** Head of a simple reply. */
    public static final int SIMPLE_REPLY = 0x6744_6698;
    /** Head of a structured reply chunk. */
    public static final int STRUCTURED_REPLY = 0x668e_33ef;
    /** Head of an extended reply chunk. */
    public static final int EXTENDED_REPLY = 0x6e8a_278c;

    private Magic() {
    }
}
