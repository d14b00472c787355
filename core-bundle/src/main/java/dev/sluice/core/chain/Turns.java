package dev.sluice.core.chain;

import dev.sluice.api.ThreadModel;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;

/**
 * The thread model of an export, the strictest of its layers as they are now, and the locks that keep it. Who runs code of
 * layers takes the lock first and enters the gate then, and looks again whether it is still the right one: both are constant
 * while somebody is inside a gate. Safe for use by several threads.
 */
public final class Turns {
    private final Platform platform;
    private final String name;
    private volatile ThreadModel model = ThreadModel.PARALLEL;
    private volatile Monitor all;

    /** Of the export with this name. */
    public Turns(Platform platform, String export) {
        this.platform = platform;
        this.name = "all requests of export " + export;
        renew();
    }

    /** The strictest of all layers. */
    public ThreadModel model() {
        return model;
    }

    /** Other layers; while the gates are shut or nobody uses them. */
    public void setModel(ThreadModel strictest) {
        model = strictest;
    }

    /**
     * The lock to be held around a call.
     *
     * @param connection that of the connection for which it is made; null for none
     * @return null if calls may run in parallel
     */
    public Monitor lock(Monitor connection) {
        return switch (model) {
            case PARALLEL -> null;
            case SERIALIZE_REQUESTS -> connection;
            case SERIALIZE_ALL_REQUESTS, SERIALIZE_CONNECTIONS -> all;
        };
    }

    /** A call was given up that holds the lock: from now on nobody waits for it. While the gates are shut. */
    public void renew() {
        all = platform.monitor(name);
    }
}
