package dev.sluice.api;

/** How a capability is there: not at all, made by the core from other operations, or by the layer itself. */
public enum Support {
    /** Not offered to clients. */
    NONE,
    /** Offered; the core makes it from other operations. */
    EMULATE,
    /** Offered; the layer does it. */
    NATIVE
}
