package dev.sluice.api.runtime;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told what happens, while it happens: by threads that serve clients. Methods must return at once and are called by
 * several threads; what they throw is logged and dropped.
 */
@ConsumerType
public interface RuntimeObserver {
    /** A request has taken longer than was asked for in {@link SluiceRuntime#observe}. */
    default void slow(SlowRequest request) {
    }

    /** A swap was done, refused or rolled back. */
    default void swapped(SwapRecord swap) {
    }

    /** An export, a layer, a listener or a connection has come or gone, or an export has another state. */
    default void changed() {
    }
}
