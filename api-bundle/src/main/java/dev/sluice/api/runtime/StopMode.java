package dev.sluice.api.runtime;

/** How an export stops. */
public enum StopMode {
    /** No new clients; those that are there stay. */
    HIDE,
    /** Refused while clients are there. */
    SAFE,
    /** New requests get ESHUTDOWN, then connections are closed. */
    SOFT,
    /** Connections are closed at once. */
    HARD
}
