package dev.sluice.core.transport;

import dev.sluice.api.Peer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The bytes of one connection: a seam, so that TLS and a simulation can stand here. One thread reads and one writes at a
 * time; {@link #close} may come from any thread and wakes both.
 */
public interface Wire extends Closeable {
    /** Waits for bytes and reads what is there; -1 when the client sends no more. */
    int read(ByteBuffer into) throws IOException;

    /** As {@link #read} without waiting; 0 if nothing is there. Nobody else may read meanwhile. */
    int poll(ByteBuffer into) throws IOException;

    /**
     * As {@link #poll}, and looks again for this long without giving the processor's core away to sleep. Nobody else may read
     * or write meanwhile. A wire that can't do that answers 0 at once.
     *
     * @param nanos some ten thousand, at most
     */
    default int spin(ByteBuffer into, long nanos) throws IOException {
        return 0;
    }

    /**
     * Waits for bytes, for the end, or for {@link #close}, without a thread; then the action runs once, on a thread that
     * must not be held up. Until then nobody may read or write.
     *
     * @throws IOException the wire is closed; the action will not run
     */
    void whenReadable(Runnable action) throws IOException;

    /** Waits until some bytes could be written from these buffers, in order. */
    long write(ByteBuffer[] from, int offset, int count) throws IOException;

    /**
     * Writes a range of a file, without a copy where the platform can.
     *
     * @return how many bytes; 0 if the file has no byte at {@code position}
     */
    long transfer(FileChannel file, long position, long count) throws IOException;

    /**
     * Whether what is written is copied or encrypted on its way in any case: memory is quicker then than the same bytes of a
     * file, which are taken page by page.
     */
    default boolean copies() {
        return false;
    }

    /** Has the system ask a silent client now and then whether it is still there, where that makes sense. */
    default void keepAlive() throws IOException {
        // a wire within one machine ends with the client
    }

    /** Whether {@link #finish} has something to say. */
    default boolean hasFarewell() {
        return false;
    }

    /**
     * Says that nothing more will be written, where the transport has a word for that besides its end. May wait for the client;
     * {@link #close} wakes it.
     */
    default void finish() throws IOException {
        // a socket's end says it
    }

    /** Who is at the other end. */
    Peer peer();

    /**
     * The same, with what the system tells of the process there. May take a while the first time; what is not known by the
     * time of {@link #close} stays unknown.
     */
    default Peer identified() {
        return peer();
    }

    /** Ends both directions and wakes who waits; returns at once. Closing twice does nothing. */
    @Override
    void close();
}
