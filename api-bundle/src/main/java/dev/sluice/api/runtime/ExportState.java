package dev.sluice.api.runtime;

/** States of an export. */
public enum ExportState {
    /** Its layers are being configured. */
    STARTING,
    /** A plugin or filter that it names is not registered: not listed, clients are told so. */
    WAITING,
    /** Clients may open it. */
    ACTIVE,
    /** In the middle of a swap: requests wait. */
    HELD,
    /** Clients are being sent away. */
    STOPPING,
    /** Can't be served as configured. */
    FAILED,
    /** Switched off by its configuration. */
    DISABLED
}
