package dev.sluice.api;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How code that takes long learns that it should stop. The core never interrupts a thread inside a plugin or filter;
 * it cancels instead: when the client has gone, the export stops, or a drain runs out of time. Safe for use by several
 * threads.
 */
@ProviderType
public interface Cancellation {
    /** Whether the work should stop now. */
    boolean isCancelled();

    /** Why, in a few words; empty while not cancelled. */
    String reason();

    /**
     * Returns if the work may go on.
     *
     * @throws NbdException with {@link NbdError#ESHUTDOWN} if it should stop
     */
    void check() throws NbdException;

    /**
     * Waits for this long, on the clock of the core.
     *
     * @throws NbdException with {@link NbdError#ESHUTDOWN} as soon as the work should stop
     */
    void sleep(Duration time) throws NbdException;

    /**
     * Runs an action when this is cancelled (at once, if it is already): closes a socket or wakes a wait of the
     * layer's own. Actions must be short and must not block.
     *
     * @return takes the action back when closed
     */
    Registration onCancel(Runnable action);

    /** Takes something back when closed; closing twice does nothing. */
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
