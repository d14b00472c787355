package dev.sluice.api;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What plugins and filters have in common: the life of one configured layer of one export.
 *
 * <p>One object serves one layer: components are prototype-scoped, so an author keeps state in plain fields. The
 * core calls, in this order: {@link #configure}, {@link #ready}, then {@code open} and the other methods for every
 * connection, and {@link #close} once, after the last device was closed (also when {@code configure} or
 * {@code ready} failed). DS activation and deactivation of the component enclose all of it, like load and unload
 * in nbdkit.
 *
 * <p>Threads: {@code configure}, {@code ready}, {@code release}, {@code adopt} and {@code close} are called by one
 * thread at a time; every other method may be called by several threads at once. No call is ever interrupted; code
 * that waits uses the {@link Cancellation} it was given.
 *
 * <p>Errors: {@code configure} and {@code ready} report to the operator with a {@link ConfigException}; anything
 * else that is thrown is reported with its class name and message, and the layer is not used.
 */
@ConsumerType
public interface NbdLayer {
    /**
     * Takes the parameters that the operator gave, already checked against the declared
     * {@link Parameter} annotations: unknown keys, missing required ones and malformed values never come here.
     *
     * @param parameters valid for the duration of the call
     * @throws ConfigException with one line that names the parameter and says what would be right
     */
    default void configure(Parameters parameters) {
        // a kind without parameters has nothing to do
    }

    /**
     * The last step before clients come; what is shared by all connections (a file, a block map, a background
     * task) is made here. Corresponds to nbdkit's {@code get_ready}.
     *
     * @param context what the core offers to this layer, for as long as the layer lives
     * @throws Exception reported to the operator in one line; the export does not start
     */
    default void ready(LayerContext context) throws Exception {
        // most layers have nothing to prepare
    }

    /**
     * How many calls this layer can take at once. Asked once, after {@link #ready}; the strictest layer of a chain
     * decides, and the core enforces it.
     */
    default ThreadModel threadModel() {
        return ThreadModel.PARALLEL;
    }

    /**
     * Whether two objects of this layer can't be open at the same time (it holds a lock, a socket, or state that
     * only comes with the hand-over). An exclusive successor is opened only after the old layer was released.
     */
    default boolean exclusive() {
        return false;
    }

    /**
     * A client has come. Called once for each, before anything else is called for it. In a server with one export, or with a
     * catch-all, nothing was sent to the client yet, and a throw cuts it off without a word, as nbdkit's {@code preconnect}
     * does. Where there are several exports it is called when the client first asks for this one, and a throw refuses that.
     * Clients that are there when the layer is put in are not asked.
     *
     * @throws Exception refuses the client; the text is logged
     */
    default void preconnect(ClientInfo client) throws Exception {
        // everybody may connect
    }

    /**
     * Gives away the state that a successor needs to go on where this layer stopped. Called in a swap while no
     * other call is inside this layer. After it, the layer is only closed, or gets its own state back through
     * {@link #adopt} when the swap was rolled back. {@link #close} must not destroy what was released.
     *
     * @return empty for a layer without such state
     * @throws Exception the swap is refused and this layer goes on
     */
    default Optional<HandOver> release() throws Exception {
        return Optional.empty();
    }

    /**
     * Takes over the state of the layer before this one; called after {@link #configure} and {@link #ready}, before
     * the first device is opened unless the layer is not {@link #exclusive()}.
     *
     * @throws Exception the state is not understood; the old layer gets it back
     */
    default void adopt(HandOver state) throws Exception {
        throw new ConfigException("this version can't take over state of format '" + state.format() + "' version " + state.version());
    }

    /**
     * The end of this layer: give back what {@link #ready} or {@link #adopt} acquired. Called once.
     *
     * @throws Exception logged and counted; the layer is gone all the same
     */
    default void close() throws Exception {
        // nothing was acquired
    }
}
